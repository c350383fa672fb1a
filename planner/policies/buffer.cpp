#include "planner/policies/buffer.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace mlplan::planner {

std::int64_t buffer_size(std::int64_t current, const BufferSettings& settings) {
  const double share = std::ceil(settings.share * static_cast<double>(current) - 1e-9);
  return std::max(settings.count, static_cast<std::int64_t>(share));
}

BufferPolicy::BufferPolicy(std::unique_ptr<Policy> base, BufferSettings settings)
    : base_(std::move(base)), settings_(settings) {}

Orders BufferPolicy::decide(const Observation& observation) {
  Observation without = observation;
  without.desired = std::max<std::int64_t>(observation.desired - buffered_, 0);
  Orders orders = base_->decide(without);
  const std::int64_t all = std::min(orders.desired + buffer_size(orders.desired, settings_), settings_.highest);
  buffered_ = all - orders.desired;
  orders.desired = all;
  return orders;
}

}  // namespace mlplan::planner
