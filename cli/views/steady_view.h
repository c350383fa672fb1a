// Steady state on a terminal: one line for each combination of batch, threads, workers and dimensions.
#pragma once

#include <string>

#include "cli/views/text.h"
#include "profiles/report.h"

namespace mlplan::cli {

std::string steady_view(const std::vector<SteadyRow>& rows, const Style& style);  // empty when nothing was measured

}  // namespace mlplan::cli
