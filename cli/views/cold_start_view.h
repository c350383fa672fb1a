// The cold start on a terminal: the headline (time to first result in each state) and, per state, the phases as a
// waterfall with the limit of the machine below.
#pragma once

#include <string>

#include "cli/views/text.h"
#include "profiles/report.h"

namespace mlplan::cli {

std::string cold_start_headline(const ColdStart& cold_start, const Style& style);
// `axis_ns` is the full width of the bars, the same for all states so that they can be compared by eye; compact leaves
// out breakdowns and the shorter phases.
std::string waterfall(const ColdStartState& state, double axis_ns, bool compact, const Style& style);
double wall_of(const ColdStartState& state);  // ns: the sum of the medians of its phases
// What --vary found, one line a value.
std::string varied_starts(const ColdStart& cold_start, const Style& style);
// "at once   2 starts 1.9x as long (1.0 s), 3 starts 2.8x as long (1.5 s), warm"; empty when not measured.
std::string simultaneous_starts(const ColdStart& cold_start, const Style& style);

}  // namespace mlplan::cli
