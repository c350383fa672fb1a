// How many spares: warm pools as a stock that is re-ordered one by one, instances that fail, and what a miss costs.
//
// Pools: every instance drawn is re-ordered at once, draws are Poisson (scale-ups and failures, not requests), and
// `demand` is the mean number of draws within one refill, draw rate x mean refill time. Sources: Erlang loss as a stock
// with lost sales (Karush 1957), waiting demand by Palm's theorem (1938), both insensitive to the law of the refill
// time; newsvendor (Arrow, Harris and Marschak 1951). Counts without meaning (negative) give NaN, or a count of 0.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "fleet/fleet_limits.h"

namespace mlplan::planner {

// Share of draws that find the pool of `size` empty.
double pool_miss_share(std::int64_t size, double demand, MissedDraw miss = MissedDraw::starts_cold);
// Smallest pool that at most the share `miss_share` > 0 of draws finds empty.
std::int64_t pool_size(double miss_share, double demand, MissedDraw miss = MissedDraw::starts_cold);

// Share of time an instance works: time_between_failures / (time_between_failures + repair_time).
double availability(double time_between_failures, double repair_time);
// P(at least `needed` of `instances` work), each on its own with probability `availability`.
double probability_enough(std::int64_t needed, std::int64_t instances, double availability);
// Smallest number of instances above `needed` with probability_enough >= target; nullopt where the availability is 0 or
// the target not below 1 (unless nothing fails).
std::optional<std::int64_t> spares_for_failures(std::int64_t needed, double availability, double target);
// Instances, spread evenly over `zones` >= 2, of which `needed` are left when a zone is lost: ceil(needed z / (z - 1)).
std::int64_t instances_for_zone_loss(std::int64_t needed, std::int64_t zones);

// Smallest stock S among 0 and the samples of demand with P(demand <= S) >= 1 - spare_cost / miss_cost, which minimises
// spare_cost S + miss_cost E[(demand - S)+]. 0 without samples or where a spare costs no less than a miss.
double newsvendor(std::span<const double> demand, double spare_cost, double miss_cost);
// That cost, for any S.
double stock_cost(std::span<const double> demand, double stock, double spare_cost, double miss_cost);

}  // namespace mlplan::planner
