#include "planner/policies/kpa.h"

#include <algorithm>
#include <cmath>

namespace mlplan::planner {

std::int64_t kpa_recommendation(double concurrency, const KpaSettings& settings) {
  return static_cast<std::int64_t>(
      std::ceil(concurrency / (settings.concurrency * settings.target_utilisation) - 1e-9));
}

Orders KpaPolicy::decide(const Observation& observation) {
  const double now = observation.time_s;
  if (observation.on_wait) {
    const bool nothing_runs = observation.instances.ready + observation.instances.loading == 0;
    if (nothing_runs) unwanted_since_.reset();
    return {.desired = nothing_runs ? std::max<std::int64_t>(observation.desired, 1) : observation.desired};
  }
  concurrency_.add(now, observation.totals.in_service_s + observation.totals.queued_s);
  const auto ready = static_cast<double>(std::max<std::int64_t>(observation.instances.ready, 1));
  const auto most = static_cast<std::int64_t>(std::ceil(settings_.up_factor * ready));
  const auto least =
      static_cast<std::int64_t>(std::floor(static_cast<double>(observation.instances.ready) / settings_.down_factor));
  const auto within = [&](double window) {
    return std::clamp(kpa_recommendation(concurrency_.over(window), settings_), least, most);
  };
  const std::int64_t stable = within(settings_.stable_window_s);
  const std::int64_t panic = within(settings_.panic_window_s);

  const bool cause = static_cast<double>(panic) / ready >= settings_.panic_threshold;
  if (cause) {
    if (!panic_since_) panic_highest_ = 0;
    panic_since_ = now;
  } else if (panic_since_ && now - *panic_since_ > settings_.stable_window_s) {
    panic_since_.reset();
  }
  std::int64_t wanted = stable;
  if (panic_since_) {
    panic_highest_ = std::max({panic_highest_, panic, observation.instances.ready});
    wanted = std::max(stable, panic_highest_);
  }
  if (wanted > 0) {
    unwanted_since_.reset();
  } else {
    if (!unwanted_since_) unwanted_since_ = now;
    if (now - *unwanted_since_ < settings_.zero_grace_s) wanted = std::min<std::int64_t>(observation.desired, 1);
  }
  return {.desired = std::clamp(wanted, settings_.lowest, settings_.highest)};
}

}  // namespace mlplan::planner
