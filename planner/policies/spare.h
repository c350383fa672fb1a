// As many instances as are in use, and some free ones: up at once, down when one was idle for some minutes. With no
// spare and a long idle time it is the keep-alive of function platforms.
//
// In use are the instances that serve something and as many as the requests that wait would take. Source: the rule
// clamp(in_use + spare, lowest, highest) found in agent sandboxes, with a cooldown of 300 s.
#pragma once

#include "profiles/policy.h"

namespace mlplan::planner {

struct SpareSettings {
  std::int64_t spare = 2;
  double requests_per_instance = 1;  // that one instance serves at once
  double keep_idle_s = 300;
  double interval_s = 1;
  std::int64_t lowest = 0;
  std::int64_t highest = 1'000;
};

class SparePolicy final : public Policy {
 public:
  explicit SparePolicy(SpareSettings settings) : settings_(settings) {}
  std::string_view name() const override { return "spare"; }
  double interval_s() const override { return settings_.interval_s; }
  bool decides_on_wait() const override { return true; }
  Orders decide(const Observation& observation) override;

 private:
  SpareSettings settings_;
};

}  // namespace mlplan::planner
