#include "planner/policies/dynamo.h"

#include <algorithm>
#include <cmath>

namespace mlplan::planner {

Orders DynamoPolicy::decide(const Observation& observation) {
  const double now = observation.time_s;
  const ObservedTotals& totals = observation.totals;
  load_.add(now, totals.in_service_s + totals.queued_s);
  arrivals_.add(now, static_cast<double>(totals.arrivals));
  if (settings_.capacity_per_s && now - floor_at_s_ + 1e-9 >= settings_.floor_interval_s) {
    const double rate = arrivals_.over(settings_.floor_interval_s);
    floor_ = static_cast<std::int64_t>(std::ceil(rate / (*settings_.capacity_per_s * settings_.target) - 1e-9));
    floor_at_s_ = now;
  }

  const std::int64_t current = observation.desired;
  if (observation.instances.loading > 0) return {.desired = current};
  std::int64_t wanted = current;
  if (observation.instances.ready > 0) {
    const double at_once = settings_.requests_per_instance * static_cast<double>(observation.instances.ready);
    const double load = load_.over(settings_.interval_s) / at_once;
    const auto n = static_cast<double>(current);
    if (load > settings_.target) {
      wanted = current + 1;
    } else if (load < settings_.target * settings_.down_sensitivity * (n - 1) / n) {
      wanted = current - 1;
    }
  }
  return {.desired = std::clamp(std::max(wanted, floor_), settings_.lowest, settings_.highest)};
}

}  // namespace mlplan::planner
