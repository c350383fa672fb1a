#include "planner/simulation/replications.h"

#include <algorithm>
#include <cmath>

#include "planner/simulation/simulator.h"

namespace mlplan::planner {

std::vector<SimulationResult> replicate(const Scenario& scenario, const PolicyFactory& make_policy, std::uint64_t seed,
                                        std::int64_t count) {
  std::vector<SimulationResult> results;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::unique_ptr<Policy> policy = make_policy();
    results.push_back(simulate(scenario, *policy, seed, static_cast<std::uint64_t>(i)));
  }
  return results;
}

std::vector<SimulationResult> replicate_until(const Scenario& scenario, const PolicyFactory& make_policy,
                                              std::uint64_t seed, const Measure& measure, const PrecisionGoal& goal) {
  std::vector<SimulationResult> results;
  while (static_cast<std::int64_t>(results.size()) < goal.most) {
    const std::unique_ptr<Policy> policy = make_policy();
    results.push_back(simulate(scenario, *policy, seed, results.size()));
    if (static_cast<std::int64_t>(results.size()) < goal.fewest) continue;
    const Interval interval = interval_of(results, measure, goal.confidence);
    if (interval.half_width() <= std::max(goal.half_width, goal.relative * std::abs(interval.mean))) break;
  }
  return results;
}

Interval interval_of(std::span<const SimulationResult> results, const Measure& measure, double confidence) {
  return mean_interval(values_of(results, measure), confidence);
}

std::vector<double> values_of(std::span<const SimulationResult> results, const Measure& measure) {
  std::vector<double> values;
  for (const SimulationResult& result : results) values.push_back(measure(result));
  return values;
}

}  // namespace mlplan::planner
