// A verdict as JUnit XML: a testcase a clause. What failed is a failure; what is inconclusive is an error (nobody could
// tell), or what the job asked it to count as: skipped where it passes, a failure where it fails.
#pragma once

#include <string>

#include "profiles/verdict.h"

namespace mlplan::cli {

// inconclusive: "pass", "fail", or anything else for neither.
std::string verdict_junit(const Verdict& verdict, const std::string& inconclusive);

}  // namespace mlplan::cli
