// The same scenario again and again, each time with other random numbers: what an interval can be made of.
//
// Replication i of a seed meets the same arrivals, service times, start-ups and failures in every scenario as far as
// they ask for the same ones, so that comparing scenarios replication by replication needs far fewer of them (common
// random numbers, intervals.h's difference_interval).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "planner/simulation/intervals.h"
#include "planner/simulation/result.h"
#include "planner/simulation/scenario.h"
#include "profiles/policy.h"

namespace mlplan::planner {

using PolicyFactory = std::function<std::unique_ptr<Policy>()>;
using Measure = std::function<double(const SimulationResult&)>;

// Replications 0..count-1.
std::vector<SimulationResult> replicate(const Scenario& scenario, const PolicyFactory& make_policy, std::uint64_t seed,
                                        std::int64_t count);

struct PrecisionGoal {
  double half_width = 0;   // absolute; or
  double relative = 0.05;  // of the mean, whichever is wider
  double confidence = 0.95;
  std::int64_t fewest = 5;
  std::int64_t most = 100;
};

// As many as it takes until the interval of `measure` is as narrow as the goal, or the most. Stopping by what was seen
// makes the interval hold a little less often than it says.
std::vector<SimulationResult> replicate_until(const Scenario& scenario, const PolicyFactory& make_policy,
                                              std::uint64_t seed, const Measure& measure, const PrecisionGoal& goal);

Interval interval_of(std::span<const SimulationResult> results, const Measure& measure, double confidence = 0.95);
std::vector<double> values_of(std::span<const SimulationResult> results, const Measure& measure);

}  // namespace mlplan::planner
