// A constant number of instances and of spares.
#pragma once

#include "profiles/policy.h"

namespace mlplan::planner {

struct FixedSettings {
  std::int64_t instances = 1;
  std::int64_t pool = 0;
};

class FixedPolicy final : public Policy {
 public:
  explicit FixedPolicy(FixedSettings settings) : settings_(settings) {}
  std::string_view name() const override { return "fixed"; }
  double interval_s() const override { return 60; }
  Orders decide(const Observation&) override { return {.desired = settings_.instances, .pool = settings_.pool}; }

 private:
  FixedSettings settings_;
};

}  // namespace mlplan::planner
