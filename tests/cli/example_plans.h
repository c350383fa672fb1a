// Plans made by hand for the tests of the views: every number is given, none computed.
#pragma once

#include "profiles/plan.h"

namespace mlplan::cli::examples {

Plan scheduled_plan();         // feasible, complete: a count by the hour, spares, runners-up, trade-offs, what-ifs
Plan refused_exposure_plan();  // feasible, but the traffic is too short to show that the exposure is kept
Plan infeasible_plan();        // no type has the memory; the nearest misses its latency

}  // namespace mlplan::cli::examples
