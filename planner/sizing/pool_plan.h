// The warm spares of a solution: how many by each argument (pool/spare_count.h), what was simulated with them, whether
// the traffic can carry the claim, and what each way to keep them warm would take.
#pragma once

#include <cstdint>
#include <optional>

#include "planner/pool/growth.h"
#include "planner/sizing/deployment.h"
#include "planner/sizing/solution.h"
#include "profiles/plan.h"

namespace mlplan::planner {

// Growth of the need of a policy's table on the traffic within one start-up and detection; nothing for a constant rate.
Growth growth_of(const Solution& solution, const Demand& demand);
// The newsvendor's count, where it is said what a miss costs.
std::optional<std::int64_t> spares_by_money(const Solution& solution, const Demand& demand,
                                            const PlanQuestion& question);

WarmPool pool_of(const Solution& solution, const Prediction& predicted, const Explaining& with);

}  // namespace mlplan::planner
