// Candidates in the order in which simulating them is worth while: by what they would probably cost.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "planner/sizing/candidate.h"
#include "planner/sizing/demand.h"
#include "profiles/plan.h"
#include "profiles/slo.h"

namespace mlplan::planner {

struct Ranked {
  const Candidate* candidate = nullptr;
  std::int64_t guess = 1;          // instances for the highest rate, by formulas, with times longer by the error
  double least_usd_per_hour = 0;   // below this it cannot serve the highest rate at all
  double likely_usd_per_hour = 0;  // at the guess; where the load is followed, of the mean over the traffic
  bool too_many = false;           // more instances, or dearer, than is allowed, by the guess
  double idle_response_s = 0;      // at the hardest quantile, with the error
};

struct Ranking {
  std::vector<Ranked> by_cost = {};    // those within the maximum first, then likely cost, then name: cheapest first
  const Candidate* fastest = nullptr;  // of all: answers soonest when idle, with the error
  double fastest_response_s = 0;       // at the quantile that is hardest to keep
  double hardest_quantile = 0;
  std::int64_t screened = 0;  // candidates that formulas looked at
};

// With `follows_load` the mean over the traffic's rates counts, else the highest. Where latency is the objective, what
// answers soonest within the budget goes first in `by_cost`.
Ranking rank(const Candidates& candidates, const Demand& demand, const std::vector<LatencyObjective>& objectives,
             const PlanLimits& limits, bool follows_load);

}  // namespace mlplan::planner
