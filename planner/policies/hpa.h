// Kubernetes' HorizontalPodAutoscaler with its published defaults: instances in proportion to a metric over its target.
//
// Scaling up counts instances that are still loading as using nothing, which damps over-ordering; scaling down takes
// the highest recommendation of the last five minutes. Source: Kubernetes documentation of autoscaling/v2.
#pragma once

#include <deque>

#include "planner/policies/windowed_mean.h"
#include "profiles/policy.h"

namespace mlplan::planner {

enum class HpaMetric {
  utilisation,  // share of the slots of ready instances in use
  concurrency,  // requests in service and waiting, per instance
};

struct HpaSettings {
  HpaMetric metric = HpaMetric::utilisation;
  double target = 0.8;               // of the metric; what Kubernetes takes where none is given
  double tolerance = 0.1;            // no change while the ratio is within 1 +/- this
  double interval_s = 15;            // between decisions, and the window of the metric
  double scale_down_window_s = 300;  // the highest recommendation of it counts
  double up_factor = 2;              // in one interval at most the larger of n x factor
  std::int64_t up_count = 4;         // and n + count
  std::int64_t lowest = 1;
  std::int64_t highest = 100;
};

// ceil(count x metric / target), or count within the tolerance.
std::int64_t hpa_recommendation(std::int64_t count, double metric, double target, double tolerance);

class HpaPolicy final : public Policy {
 public:
  explicit HpaPolicy(HpaSettings settings);
  std::string_view name() const override { return "hpa"; }
  double interval_s() const override { return settings_.interval_s; }
  Orders decide(const Observation& observation) override;

 private:
  struct Recommendation {
    double time_s = 0;
    std::int64_t count = 0;
  };
  HpaSettings settings_;
  WindowedMean used_;
  WindowedMean offered_;
  std::deque<Recommendation> recent_;
};

}  // namespace mlplan::planner
