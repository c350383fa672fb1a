// Why nothing fits: which constraint is in the way, and what comes nearest.
#pragma once

#include <functional>
#include <vector>

#include "planner/sizing/candidate.h"
#include "planner/sizing/plan_question.h"
#include "planner/sizing/ranking.h"
#include "planner/sizing/solution.h"
#include "profiles/plan.h"

namespace mlplan::planner {

// No type can be used.
Infeasible without_candidates(const Candidates& candidates, const PlanQuestion& question);
// None is fast enough.
Infeasible beyond_latency(const Ranking& ranking, const PlanQuestion& question);
// None of those that keep the objectives, cheapest first, is within the limits; `explained` makes a deployment of one.
Infeasible beyond_limits(const std::vector<Solution>& solutions, const PlanQuestion& question,
                         const std::function<Deployment(const Solution&)>& explained);

}  // namespace mlplan::planner
