// A verdict as annotations of GitHub Actions, the worst first: an error for what failed, a warning for what is
// inconclusive, a notice for a pass. GitHub shows ten of a kind a step, so no more are written.
#pragma once

#include <string>

#include "profiles/verdict.h"

namespace mlplan::cli {

std::string verdict_github(const Verdict& verdict);

}  // namespace mlplan::cli
