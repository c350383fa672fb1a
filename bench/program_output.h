// A program run to its end for what it prints.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "profiles/support/result.h"

namespace mlplan::bench {

struct ProgramOutput {
  std::string out;
  std::string err;     // its last words
  int exit_code = -1;  // 128 + the signal where one ended it
};

// In a process group of its own, which is killed where it is interrupted or takes longer. Errors: usage (it cannot be
// run), interrupted, not_measured (too long).
Result<ProgramOutput> run_program(const std::vector<std::string>& words, std::chrono::nanoseconds longest,
                                  const std::function<bool()>& interrupted);

}  // namespace mlplan::bench
