#include "planner/policies/ray.h"

#include <algorithm>
#include <cmath>

namespace mlplan::planner {

Orders RayPolicy::decide(const Observation& observation) {
  const double now = observation.time_s;
  const std::int64_t current = observation.desired;
  if (!observation.on_wait) ongoing_.add(now, observation.totals.in_service_s + observation.totals.queued_s);
  if (current == 0) {
    up_since_.reset();
    down_since_.reset();
    const bool waiting = observation.in_service + observation.queued > 0;
    return {.desired = std::clamp<std::int64_t>(waiting ? 1 : 0, settings_.lowest, settings_.highest)};
  }
  if (observation.on_wait) return {.desired = current};

  const auto running = static_cast<double>(observation.instances.ready);
  std::int64_t wanted = current;
  if (running > 0) {
    const double ratio = ongoing_.over(settings_.look_back_s) / (settings_.target_ongoing * running);
    wanted = static_cast<std::int64_t>(std::ceil(running * (1 + (ratio - 1) * settings_.factor) - 1e-9));
    // From one to none only, as a mean over a window that has not been quiet for long rounds to none as well.
    if (wanted <= 0 && current > 1) wanted = 1;
  }
  wanted = std::clamp(wanted, settings_.lowest, settings_.highest);

  const auto lasts = [now](std::optional<double>& since, bool holds, double delay) {
    if (!holds) {
      since.reset();
      return false;
    }
    if (!since) since = now;
    if (now - *since + 1e-9 < delay) return false;
    since.reset();
    return true;
  };
  const bool up = lasts(up_since_, wanted > current, settings_.upscale_delay_s);
  const bool down = lasts(down_since_, wanted < current, settings_.downscale_delay_s);
  return {.desired = up || down ? wanted : std::clamp(current, settings_.lowest, settings_.highest)};
}

}  // namespace mlplan::planner
