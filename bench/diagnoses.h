// Sentences that say what the figures mean, and warnings that say where they are weak. Pure: a report in, text out.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "profiles/report.h"

namespace mlplan::bench {

// One sentence each, the most telling first: where a start spends its time, how far loading is from the machine's limit
// and why, what simultaneous starts cost, what the first inference costs beside a steady one.
std::vector<std::string> diagnose(const Report& report);

// Whether the CPU, not the GPU, sets the pace of a row: queueing an inference's work takes nearly as long as the device
// is busy with it, gaps included, so that the device waits for the CPU. nullopt: it was not on a GPU.
std::optional<bool> is_host_bound(const SteadyRow& row);

// Warnings that follow from the figures alone: time not attributed, states not made, too few samples for a bound,
// outliers, no steady state, a busy machine, NaN, outputs that do not repeat.
std::vector<Warning> warn(const Report& report);

}  // namespace mlplan::bench
