// From a question to a plan: candidates by rules, the promising ones by formulas, the best by simulation, and why.
//
// Pure: equal questions give equal plans. What does not fit is a plan that says so (Plan::infeasible); errors are for
// questions that make no sense: ErrorKind::usage (no latency objective, availability without failures), and bad_input
// (a report without what planning needs, a traffic without requests).
#pragma once

#include <optional>

#include "planner/sizing/plan_question.h"
#include "planner/sizing/solution.h"
#include "profiles/plan.h"
#include "profiles/support/result.h"

namespace mlplan::planner {

Result<Plan> make_plan(const PlanQuestion& question);

// The same with the recommendation as it can be simulated again. Its candidate refers to the question's types.
struct Planned {
  Plan plan = {};
  std::optional<Solution> solution = {};  // absent: infeasible
};

Result<Planned> make_planned(const PlanQuestion& question);

}  // namespace mlplan::planner
