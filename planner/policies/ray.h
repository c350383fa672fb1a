// Ray Serve's autoscaling with its published defaults: ongoing requests over a target for each running replica, and
// only when a decision lasts.
//
// Only running replicas count, loading ones do not; from none it goes to one at once. Source: Ray Serve's documentation
// of AutoscalingConfig.
#pragma once

#include <optional>

#include "planner/policies/windowed_mean.h"
#include "profiles/policy.h"

namespace mlplan::planner {

struct RaySettings {
  double target_ongoing = 2;  // requests per replica, in service and waiting
  double look_back_s = 30;    // of the mean
  double interval_s = 10;     // of the metrics
  double upscale_delay_s = 30;
  double downscale_delay_s = 600;
  double factor = 1;  // of the change, both ways
  std::int64_t lowest = 1;
  std::int64_t highest = 100;  // that of num_replicas="auto"; without it Ray's is 1
};

class RayPolicy final : public Policy {
 public:
  explicit RayPolicy(RaySettings settings) : settings_(settings), ongoing_(settings.look_back_s) {}
  std::string_view name() const override { return "ray"; }
  double interval_s() const override { return settings_.interval_s; }
  bool decides_on_wait() const override { return true; }
  Orders decide(const Observation& observation) override;

 private:
  RaySettings settings_;
  WindowedMean ongoing_;
  std::optional<double> up_since_;
  std::optional<double> down_since_;
};

}  // namespace mlplan::planner
