// SHA-256 of a file, as 64 hex digits. Reads the whole file (about 1.2 GB/s) and so warms the page cache: hash last.
#pragma once

#include <string>
#include <string_view>

#include "profiles/support/result.h"

namespace mlplan::bench {

Result<std::string> sha256_of_file(const std::string& path);
std::string sha256_of_text(std::string_view text);

}  // namespace mlplan::bench
