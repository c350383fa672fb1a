// What becomes of a plan when the world is not as planned: twice the traffic, twice the start-up, an instance gone.
// Each is simulated with times longer by the error, as the plan itself was.
#pragma once

#include <functional>
#include <vector>

#include "planner/sizing/deployment.h"
#include "planner/sizing/solution.h"
#include "profiles/plan.h"

namespace mlplan::planner {

// Windows to simulate for start-ups longer by a factor: long enough to see what waits for them.
using WindowsForStartUp = std::function<std::vector<Window>(double factor)>;

std::vector<WhatIf> what_ifs(const Solution& solution, const Explaining& with, const WindowsForStartUp& windows);

}  // namespace mlplan::planner
