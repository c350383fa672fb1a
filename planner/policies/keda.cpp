#include "planner/policies/keda.h"

#include <algorithm>

namespace mlplan::planner {

namespace {

HpaSettings from_one(HpaSettings settings) {
  settings.lowest = std::max<std::int64_t>(settings.lowest, 1);
  return settings;
}

}  // namespace

KedaPolicy::KedaPolicy(KedaSettings settings) : settings_(settings), hpa_(from_one(settings.hpa)) {}

Orders KedaPolicy::decide(const Observation& observation) {
  const double now = observation.time_s;
  if (now + 1e-9 >= next_poll_s_) {
    next_poll_s_ = now + settings_.polling_interval_s;
    active_ = observation.totals.arrivals > arrivals_ || observation.in_service + observation.queued > 0;
    arrivals_ = observation.totals.arrivals;
    if (active_) active_at_s_ = now;
  }
  Orders orders = hpa_.decide(observation);
  if (observation.desired == 0) {
    orders.desired = active_ ? 1 : 0;
  } else if (!active_ && now - active_at_s_ >= settings_.cooldown_s) {
    orders.desired = 0;
  }
  orders.desired = std::max(orders.desired, settings_.lowest);
  return orders;
}

}  // namespace mlplan::planner
