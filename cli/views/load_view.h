// The load on a terminal: one line for each rate, and for each number of calls at the same time, with the headline of a
// search for the highest rate.
#pragma once

#include <string>
#include <vector>

#include "cli/views/text.h"
#include "profiles/report.h"

namespace mlplan::cli {

bool is_of_load(const SteadyRow& row);  // an open loop, or several calls at the same time

// Empty when no load was measured.
std::string load_view(const std::vector<SteadyRow>& rows, const std::vector<LoadKnee>& knees, const Style& style);

}  // namespace mlplan::cli
