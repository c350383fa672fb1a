// A plan's deployment cut down to what one machine carries, so that it can be run there for real and predicted by the
// same simulation: as many of its instances as the machine has CPUs for, at the same load of each, under the same
// policy.
//
// Times are those of the report, without the factor from the measured machine to the planned type: what is checked here
// is the model of queues, starts and orders, on the machine that was measured. All instances share its CPUs.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "planner/policies/follow.h"
#include "planner/simulation/prediction.h"
#include "planner/simulation/scenario.h"
#include "profiles/plan.h"
#include "profiles/policy.h"
#include "profiles/report.h"

namespace mlplan::planner {

struct ScaleQuestion {
  const Plan* plan = nullptr;  // with a recommendation
  std::string plan_path = {};
  const Report* report = nullptr;  // that it rests on
  std::string report_path = {};
  double cpus = 1;                             // of this machine
  std::optional<std::int64_t> instances = {};  // to run; absent: as many as there are CPUs for, at most the plan's
};

struct ScaledPlan {
  // That serve and are spare, at most. Stopped spares are beside them: they take memory, and no CPU.
  std::int64_t planned_instances = 1;
  std::int64_t instances = 1;
  std::int64_t threads = 1;      // of a worker
  std::string start_state = {};  // of the report: what a start here finds
  double rate_factor = 1;        // on the plan's traffic
  FleetSettings fleet = {};      // initial instances of a fleet that follows are the caller's, by the rate before
  std::optional<FollowSettings> follow = {};  // absent: a constant number
  Unknowns unknowns = {};
  std::vector<std::string> why = {};           // sentences
  std::vector<std::string> not_verified = {};  // what of the plan says nothing about this machine

  std::unique_ptr<Policy> make_policy() const;
};

// ErrorKind::usage: not even one worker of the plan fits the machine, or more instances than are planned.
// ErrorKind::bad_input: the report has not what the plan rests on.
Result<ScaledPlan> scale_plan(const ScaleQuestion& question);

// Steady memory of so many worker processes together (PSS, bytes), from the report's ledger and marginal workers;
// nullopt where it has none.
std::optional<Estimate> memory_together(const Report& report, std::int64_t processes);

}  // namespace mlplan::planner
