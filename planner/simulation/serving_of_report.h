// What a report says of serving requests one by one, as simulations take it (Report::serving). Ratios, medians over
// the processes that were measured; what nobody measured changes nothing.
#pragma once

#include <cstdint>
#include <vector>

#include "planner/simulation/after_idle.h"
#include "profiles/report.h"

namespace mlplan::planner {

AfterIdle after_idle_of(const ServingRow& row);
std::vector<double> service_factors_of(const ServingRow& row, std::int64_t slots, double cpus);

// Of workers with so many threads; factors of 1 where it was not measured, and never below.
AfterIdle after_idle_of(const Report& report, std::int64_t threads);

// SharedHost::service_factor for 1, 2, ... `slots` busy, or as many as were measured if that is more, of workers with
// so many threads on so many CPUs. What neighbours cost that have CPUs of their own is on the line through the number
// that was measured; more slots than there are CPUs for share these (processor sharing). Empty where it was not
// measured.
std::vector<double> service_factors_of(const Report& report, std::int64_t threads, std::int64_t slots, double cpus);

}  // namespace mlplan::planner
