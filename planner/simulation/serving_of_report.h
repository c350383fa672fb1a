// What a report says of serving requests one by one, as simulations take it (Report::serving). Ratios, medians over
// the processes that were measured; what nobody measured changes nothing.
#pragma once

#include <cstdint>
#include <vector>

#include "planner/simulation/after_idle.h"
#include "profiles/report.h"

namespace mlplan::planner {

AfterIdle after_idle_of(const ServingRow& row);
std::vector<double> service_factors_of(const ServingRow& row);

// Of workers with so many threads; factors of 1 where it was not measured, and never below.
AfterIdle after_idle_of(const Report& report, std::int64_t threads);

// SharedHost::service_factor of slots with so many threads, as far as it was measured: 1 for one, and on the line to
// the number that was measured. Empty where it was not.
std::vector<double> service_factors_of(const Report& report, std::int64_t threads);

}  // namespace mlplan::planner
