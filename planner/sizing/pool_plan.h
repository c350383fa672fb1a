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

// Those that must run until a stopped spare is ready, by growth alone.
std::int64_t spares_until_ready(const Solution& solution, const Demand& demand, const PlanQuestion& question);

inline constexpr double kUsualExposure = 0.01;  // where none is asked for, only to begin a search with

// Of n days each is as likely as the next to have the highest rate: one more exceeds it with a chance of 1 / (n + 1),
// so that 19 bound it at 95 %.
inline constexpr double kDaysThatBound = 19;

// Whether the traffic can carry the claim that the objectives are kept. Of traffic that was stated it is taken for
// granted. A fixed fleet needs days enough to bound their highest rate, one that follows the load windows enough to
// bound the growth within a start-up.
bool is_promised(const Solution& solution, bool follows, const Demand& demand, const PlanQuestion& question);

WarmPool pool_of(const Solution& solution, const Prediction& predicted, const Explaining& with);

}  // namespace mlplan::planner
