// The measures of a report that matter most: what a new budget file names, and what is held against a baseline where no
// budget names anything.
#pragma once

#include <vector>

#include "profiles/measure.h"

namespace mlplan::gate {

// Those that were made: first results by state, memory, latency (median and p99) and throughput of each closed-loop
// row, quality.
std::vector<Measure> headline_measures(const Report& report);
// Those that were not made as well.
std::vector<Measure> headline_to_make(const Report& report);

}  // namespace mlplan::gate
