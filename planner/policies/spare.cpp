#include "planner/policies/spare.h"

#include <algorithm>
#include <cmath>

namespace mlplan::planner {

Orders SparePolicy::decide(const Observation& observation) {
  const auto waiting = static_cast<std::int64_t>(
      std::ceil(static_cast<double>(observation.queued) / settings_.requests_per_instance - 1e-9));
  const std::int64_t wanted = observation.busy_instances + waiting + settings_.spare;
  return {.desired = std::clamp(wanted, settings_.lowest, settings_.highest), .keep_idle_s = settings_.keep_idle_s};
}

}  // namespace mlplan::planner
