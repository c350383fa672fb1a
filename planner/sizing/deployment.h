// A solution as the plan's document says it: what to buy, what to expect of it, and why it is what it is.
#pragma once

#include "planner/sizing/plan_question.h"
#include "planner/sizing/solution.h"
#include "profiles/plan.h"

namespace mlplan::planner {

// What a solution is explained with.
struct Explaining {
  const PlanQuestion* question = nullptr;
  const Demand* demand = nullptr;
  const std::vector<Window>* windows = nullptr;  // all that count; of a fixed fleet the busiest alone
};

// With the figures at the measured times, and the bounds from times shorter and longer by the error.
Deployment deployment_of(const Solution& solution, const Explaining& explaining);

}  // namespace mlplan::planner
