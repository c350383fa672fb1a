// KEDA with its published defaults: an HPA from one instance on, and between none and one by activity.
//
// Activity is looked at every polling interval: anything that arrived since, or is in the system. Source: KEDA's
// documentation of ScaledObject.
#pragma once

#include "planner/policies/hpa.h"

namespace mlplan::planner {

struct KedaSettings {
  HpaSettings hpa = {};  // its lowest is taken as at least 1
  double polling_interval_s = 30;
  double cooldown_s = 300;  // without activity, before the last instance stops
  std::int64_t lowest = 0;
};

class KedaPolicy final : public Policy {
 public:
  explicit KedaPolicy(KedaSettings settings);
  std::string_view name() const override { return "keda"; }
  double interval_s() const override { return hpa_.interval_s(); }
  Orders decide(const Observation& observation) override;

 private:
  KedaSettings settings_;
  HpaPolicy hpa_;
  double next_poll_s_ = 0;
  double active_at_s_ = 0;
  bool active_ = false;
  std::int64_t arrivals_ = 0;
};

}  // namespace mlplan::planner
