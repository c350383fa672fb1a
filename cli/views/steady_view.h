// Steady state on a terminal: one line for each combination of batch, threads, workers and dimensions.
#pragma once

#include <string>

#include "cli/views/text.h"
#include "profiles/report.h"

namespace mlplan::cli {

// Rows of one call at a time, back to back; the others are for load_view. Empty when nothing was measured.
std::string steady_view(const std::vector<SteadyRow>& rows, const Style& style);

// What it costs to serve requests one by one; empty when nothing was measured.
std::string serving_view(const std::vector<ServingRow>& rows, const Style& style);

// "26.1 ms ≤31.2 ms": value and upper bound; where there is no value, how many samples the bound needs.
std::string percentile_text(const Stat& stat, const std::string& name);
std::string stop_text(const SteadyRow& row);

}  // namespace mlplan::cli
