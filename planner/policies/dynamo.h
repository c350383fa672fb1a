// NVIDIA Dynamo's planner in outline: a floor from the expected rate over what one instance serves, every three
// minutes, and above it one instance more or fewer by the load, every five seconds. Nothing changes while a start is
// under way.
//
// The rate expected is that of the last three minutes (its constant predictor). Its load is tokens in each engine's
// queue and cache; here it is requests, in service and waiting, of those that the ready instances serve at once. One
// fewer only where the rest would still be below the target by the sensitivity. Source: Dynamo's planner guide and the
// published defaults of its settings.
#pragma once

#include <optional>

#include "planner/policies/windowed_mean.h"
#include "profiles/policy.h"

namespace mlplan::planner {

struct DynamoSettings {
  std::optional<double> capacity_per_s = {};  // of one instance, saturated; without it there is no floor
  double requests_per_instance = 1;           // that one instance serves at once
  double target = 0.9;                        // share of these requests, and of the capacity, that is to be used
  double down_sensitivity = 0.8;
  double interval_s = 5;
  double floor_interval_s = 180;
  std::int64_t lowest = 1;
  std::int64_t highest = 8;  // the budget
};

class DynamoPolicy final : public Policy {
 public:
  explicit DynamoPolicy(DynamoSettings settings)
      : settings_(settings), load_(settings.interval_s), arrivals_(settings.floor_interval_s) {}
  std::string_view name() const override { return "dynamo"; }
  double interval_s() const override { return settings_.interval_s; }
  Orders decide(const Observation& observation) override;

 private:
  DynamoSettings settings_;
  WindowedMean load_;
  WindowedMean arrivals_;
  std::int64_t floor_ = 0;
  double floor_at_s_ = 0;
};

}  // namespace mlplan::planner
