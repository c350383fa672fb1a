// From the results of replications to the figures, verdicts and timeline that a simulation's document has.
#pragma once

#include <span>
#include <vector>

#include "planner/simulation/result.h"
#include "planner/simulation/scenario.h"
#include "profiles/simulation.h"
#include "profiles/slo.h"

namespace mlplan::planner {

// p50, p90, p99, p99.9 and those of the objectives. A quantile is absent where a replication had fewer requests than
// it takes for one of them to lie beyond it.
SimulatedFigures figures_of(std::span<const SimulationResult> results, const Slo& slo, double confidence);

// The thresholds that verdicts_of needs counted: the highest quantile's as the scenario's own, the others beside it. A
// nanosecond is added to each, as differences of simulated times err by less than that.
void count_objectives(const Slo& slo, Scenario& scenario);

// Latency and exposure. Met or missed: the whole interval of the share of requests that missed it is on one side of
// what is allowed. Requests that were never served miss every latency.
std::vector<ObjectiveVerdict> verdicts_of(std::span<const SimulationResult> results, const Slo& slo, double confidence);
// "missed" where one is, else "inconclusive" where one is, else "met"; "none" without any.
std::string worst_of(const std::vector<ObjectiveVerdict>& verdicts);

std::vector<SimulatedStretch> timeline_of(const SimulationResult& result, double stretch_s);

SimulatedTime time_of(const Distribution& law);
// What the scenario itself knows of the fleet; where it was measured is the caller's to add.
SimulatedFleet fleet_of(const Scenario& scenario);

}  // namespace mlplan::planner
