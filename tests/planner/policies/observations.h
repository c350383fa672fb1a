// Drives a policy as a fleet would whose load is given: totals grow by constant numbers between observations.
#pragma once

#include "profiles/policy.h"

namespace mlplan::planner {

struct SteadyLoad {
  double in_service = 0;  // requests
  double queued = 0;
  double utilisation = 0;  // of the slots, one per ready instance
};

class PolicyDriver {
 public:
  explicit PolicyDriver(Policy& policy, std::int64_t ready) : policy_(policy) {
    observation_.instances.ready = ready;
    observation_.desired = ready;
  }

  // One interval under `load`, then a decision. The order is carried out at once, or with `starts_slowly` never.
  std::int64_t step(const SteadyLoad& load, bool starts_slowly = false) {
    const double seconds = policy_.interval_s();
    const auto ready = static_cast<double>(observation_.instances.ready);
    observation_.time_s += seconds;
    observation_.in_service = static_cast<std::int64_t>(load.in_service);
    observation_.queued = static_cast<std::int64_t>(load.queued);
    observation_.busy_instances = observation_.in_service;
    ObservedTotals& totals = observation_.totals;
    totals.arrivals += load.in_service + load.queued > 0 ? 1 : 0;
    totals.in_service_s += load.in_service * seconds;
    totals.queued_s += load.queued * seconds;
    totals.busy_slot_s += load.utilisation * ready * seconds;
    totals.ready_slot_s += ready * seconds;
    carry_out(policy_.decide(observation_), starts_slowly);
    return observation_.desired;
  }

  // A request that finds nothing free.
  std::int64_t wait() {
    Observation waiting = observation_;
    waiting.queued += 1;
    waiting.on_wait = true;
    carry_out(policy_.decide(waiting), false);
    return observation_.desired;
  }

  Observation& observation() { return observation_; }

 private:
  void carry_out(const Orders& orders, bool starts_slowly) {
    observation_.desired = orders.desired;
    observation_.pool = orders.pool;
    if (starts_slowly) {
      observation_.instances.loading = orders.desired - observation_.instances.ready;
    } else {
      observation_.instances.ready = orders.desired;
    }
  }

  Policy& policy_;
  Observation observation_;
};

}  // namespace mlplan::planner
