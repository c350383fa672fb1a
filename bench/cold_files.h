// The files that --cold-file names: each file, and every file below each folder, links followed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "profiles/support/result.h"

namespace mlplan::bench {

struct ColdFiles {
  std::vector<std::string> named;  // as given, absolute
  std::vector<std::string> files;  // without links, sorted, no repeats, none empty
  std::int64_t bytes = 0;
};

// Errors (bad_input): missing, unreadable, or a folder without files.
Result<ColdFiles> find_cold_files(const std::vector<std::string>& named);

}  // namespace mlplan::bench
