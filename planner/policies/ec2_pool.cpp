#include "planner/policies/ec2_pool.h"

#include <algorithm>
#include <utility>

namespace mlplan::planner {

Ec2PoolPolicy::Ec2PoolPolicy(std::unique_ptr<Policy> group, Ec2PoolSettings settings)
    : group_(std::move(group)), settings_(settings) {}

Orders Ec2PoolPolicy::decide(const Observation& observation) {
  Orders orders = group_->decide(observation);
  orders.desired = std::min(orders.desired, settings_.group_max);
  orders.pool = std::max(settings_.min_size, settings_.max_prepared.value_or(settings_.group_max) - orders.desired);
  return orders;
}

}  // namespace mlplan::planner
