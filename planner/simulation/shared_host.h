// How much slower services and loads run that share one machine.
//
// A measured factor has the contention of its own kind in it: of busy slots among themselves, of loads among
// themselves. What the other kind adds is the share of the CPUs: with a demand of D CPUs on C each gets at most C / D
// of what it would have (processor sharing). Slowdowns are of a moment, and at least 1 where the factors are.
#pragma once

#include <cstdint>
#include <vector>

#include "planner/simulation/scenario.h"

namespace mlplan::planner {

// factors[count - 1]; beyond the list it goes on along the last step, never below the last; 1 without any or for none.
double factor_at(const std::vector<double>& factors, std::int64_t count);

// factor(busy) max(1, D / max(C, what the busy slots use)), where D = cpus_per_slot busy + cpus_per_load loads +
// cpus_besides.
double service_slowdown(const SharedHost& host, std::int64_t busy_slots, std::int64_t loads);
// What a load is slowed by at the least: D / C beside services; 0 where none runs, since the measured factor then holds
// alone.
double least_load_slowdown(const SharedHost& host, std::int64_t busy_slots, std::int64_t loads);

}  // namespace mlplan::planner
