// Knative's pod autoscaler with its published defaults: mean concurrency over a minute, and over six seconds in a
// panic.
//
// Requests in service and waiting both count. In a panic (what six seconds ask for is at least twice what is ready) the
// count never falls, until a minute after the last cause. Source: knative/serving, config-autoscaler and autoscaler.go.
#pragma once

#include <optional>

#include "planner/policies/windowed_mean.h"
#include "profiles/policy.h"

namespace mlplan::planner {

struct KpaSettings {
  double concurrency = 100;         // requests an instance is to have at once, at most
  double target_utilisation = 0.7;  // the share of it aimed at
  double interval_s = 2;
  double stable_window_s = 60;
  double panic_window_s = 6;
  double panic_threshold = 2;  // of what is ready
  double up_factor = 1000;     // at most so many times what is ready, in one decision
  double down_factor = 2;      // at least that part of it
  double zero_grace_s = 30;    // nothing is wanted that long before the last instance stops
  std::int64_t lowest = 0;
  std::int64_t highest = 1'000'000;
};

// ceil(concurrency / (capacity x utilisation))
std::int64_t kpa_recommendation(double concurrency, const KpaSettings& settings);

class KpaPolicy final : public Policy {
 public:
  explicit KpaPolicy(KpaSettings settings) : settings_(settings), concurrency_(settings.stable_window_s) {}
  std::string_view name() const override { return "kpa"; }
  double interval_s() const override { return settings_.interval_s; }
  bool decides_on_wait() const override { return true; }  // the activator, when nothing runs
  Orders decide(const Observation& observation) override;
  bool panics() const { return panic_since_.has_value(); }

 private:
  KpaSettings settings_;
  WindowedMean concurrency_;
  std::optional<double> panic_since_;  // the last cause
  std::int64_t panic_highest_ = 0;
  std::optional<double> unwanted_since_;
};

}  // namespace mlplan::planner
