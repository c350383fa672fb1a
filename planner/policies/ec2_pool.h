// An EC2 Auto Scaling group's warm pool around another policy: max(min size, prepared capacity - desired) spares.
//
// Source: the EC2 Auto Scaling API's PutWarmPool; where no prepared capacity is given it is the group's maximum.
#pragma once

#include <memory>
#include <optional>

#include "profiles/policy.h"

namespace mlplan::planner {

struct Ec2PoolSettings {
  std::int64_t min_size = 0;
  std::optional<std::int64_t> max_prepared = {};  // instances in the group and the pool together
  std::int64_t group_max = 100;
};

class Ec2PoolPolicy final : public Policy {
 public:
  Ec2PoolPolicy(std::unique_ptr<Policy> group, Ec2PoolSettings settings);
  std::string_view name() const override { return "ec2-pool"; }
  double interval_s() const override { return group_->interval_s(); }
  bool decides_on_wait() const override { return group_->decides_on_wait(); }
  Orders decide(const Observation& observation) override;

 private:
  std::unique_ptr<Policy> group_;
  Ec2PoolSettings settings_;
};

}  // namespace mlplan::planner
