#include "planner/policies/hpa.h"

#include <algorithm>
#include <cmath>

namespace mlplan::planner {

std::int64_t hpa_recommendation(std::int64_t count, double metric, double target, double tolerance) {
  const double ratio = metric / target;
  if (std::abs(ratio - 1) <= tolerance + 1e-9) return count;
  return static_cast<std::int64_t>(std::ceil(static_cast<double>(count) * ratio - 1e-9));
}

HpaPolicy::HpaPolicy(HpaSettings settings)
    : settings_(settings), used_(settings.interval_s), offered_(settings.interval_s) {}

Orders HpaPolicy::decide(const Observation& observation) {
  const InstanceCounts& instances = observation.instances;
  const ObservedTotals& totals = observation.totals;
  double metric = 0;
  if (settings_.metric == HpaMetric::utilisation) {
    used_.add(observation.time_s, totals.busy_slot_s);
    offered_.add(observation.time_s, totals.ready_slot_s);
    const double offered = offered_.over(settings_.interval_s);
    if (offered > 0) metric = used_.over(settings_.interval_s) / offered;
  } else {
    used_.add(observation.time_s, totals.in_service_s + totals.queued_s);
    metric = used_.over(settings_.interval_s) / static_cast<double>(std::max<std::int64_t>(instances.ready, 1));
  }

  const std::int64_t all = instances.ready + instances.loading;
  std::int64_t wanted = hpa_recommendation(instances.ready, metric, settings_.target, settings_.tolerance);
  if (wanted > instances.ready && instances.loading > 0) {
    const double with_loading = metric * static_cast<double>(instances.ready) / static_cast<double>(all);
    wanted = std::max(hpa_recommendation(all, with_loading, settings_.target, settings_.tolerance), all);
  } else if (wanted == instances.ready) {
    wanted = all;
  }
  wanted = std::clamp(wanted, settings_.lowest, settings_.highest);

  // What runs at the start counts as recommended, so that a fleet does not shrink at its first quiet moment.
  if (recent_.empty()) recent_.push_back({observation.time_s, observation.desired});
  recent_.push_back({observation.time_s, wanted});
  while (recent_.front().time_s < observation.time_s - settings_.scale_down_window_s) recent_.pop_front();
  const std::int64_t current = observation.desired;
  if (wanted < current) {
    std::int64_t highest = wanted;
    for (const Recommendation& recommendation : recent_) highest = std::max(highest, recommendation.count);
    wanted = std::min(highest, current);
  }
  const auto doubled = static_cast<std::int64_t>(static_cast<double>(current) * settings_.up_factor);
  wanted = std::min(wanted, std::max(doubled, current + settings_.up_count));
  return {.desired = std::clamp(wanted, settings_.lowest, settings_.highest)};
}

}  // namespace mlplan::planner
