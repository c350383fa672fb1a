// What mlplan simulate plays, from flags and documents that were settled: the scenario, who scales it, and the part of
// the answer that is known before it is played.
#pragma once

#include <memory>
#include <optional>

#include "cli/command.h"
#include "cli/commands/simulate_checks.h"
#include "cli/commands/simulate_documents.h"
#include "cli/commands/simulate_flags.h"
#include "planner/policies/follow.h"
#include "planner/simulation/scenario.h"
#include "profiles/simulation.h"

namespace mlplan::cli {

inline constexpr double kSimulateConfidence = 0.95;
inline constexpr std::int64_t kMostWaiting = 10'000'000;  // requests, some hundred megabytes; more are turned away

struct PreparedSimulation {
  planner::Scenario scenario;
  SimulatedScaling scaling;
  std::optional<planner::FollowSettings> follow;  // of a plan that scales
  Simulation simulation;
  std::shared_ptr<const Status> reading;  // of a trace, while it is played
};

Result<PreparedSimulation> prepare_simulation(const SimulateRequest& request, const SimulateDocuments& documents,
                                              SimulatedScaling scaling, const Context& context);

}  // namespace mlplan::cli
