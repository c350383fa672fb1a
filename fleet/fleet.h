// The instances of a fleet and how they come and go: ordered, loading, ready, stopping, and the warm pool beside them.
//
// It carries out a policy's orders and keeps counts and seconds by state, for simulated instances and real ones alike:
// how an instance is started, and how long that takes, is its driver's. What instances serve is not its business
// either, but for `load`, which its owner keeps so that idle ones can be told. Calls in time order, and never while one
// is under way, but for loaded() and drawn(), which a driver may call at once. After each call the owner takes from the
// lists what changed.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "fleet/fleet_driver.h"
#include "fleet/fleet_limits.h"
#include "fleet/instance_totals.h"
#include "profiles/policy.h"

namespace mlplan {

class Fleet {
 public:
  enum class State : std::uint8_t { absent, ready, loading, pooled, filling, stopping };
  struct Instance {
    State state = State::absent;
    std::uint32_t generation = 0;  // another one each time the place is used
    std::uint32_t ready_place = 0;
    std::int32_t load = 0;  // busy slots, or requests where each instance has its own queue
    double idle_since = 0;
    double ordered_at = 0;
  };

  // The driver must outlive it; nothing is asked of it before order().
  Fleet(const FleetLimits& limits, FleetDriver& driver);

  // Those ready and pooled at time 0, which the driver has already: from id 0 the ready ones, then the pooled.
  void begin();
  void order(double now, const Orders& orders);
  // Replaces what ended, by the orders that stand.
  void balance(double now);

  // From the driver.
  void loaded(double now, std::uint32_t id);  // loading or filling, and is there
  void drawn(double now, std::uint32_t id);   // left the pool, and is there

  // From whoever has the instances serve.
  void end(double now, std::uint32_t id);          // at once, in whatever state but absent; balance() replaces it
  void give_notice(double now, std::uint32_t id);  // ready: takes nothing new, and will be ended
  void finished(double now, std::uint32_t id);     // stopping, and has nothing left to serve

  Instance& instance(std::uint32_t id) { return instances_[id]; }
  std::size_t places() const { return instances_.size(); }
  const std::vector<std::uint32_t>& ready_ids() const { return ready_ids_; }
  InstanceCounts counts() const;
  std::int64_t desired() const { return desired_; }
  std::int64_t pool_target() const { return pool_target_; }
  // What a policy is shown of instances; of requests it is the owner's to fill in.
  Observation observe(double now, std::uint32_t slots_per_instance) const;
  // Seconds by state until `now`. settle() adds up so far; everything that changes a state does.
  InstanceSeconds seconds(double now) const;
  void settle(double now);
  const InstanceEvents& events() const { return events_; }
  InstanceEvents& events() { return events_; }  // failures and interruptions are its owner's to count
  std::int64_t most() const { return most_; }   // of all states but stopping, at once
  void forget_most() { most_ = present(); }
  // The last moment until `now` at which one that was ordered to serve was not ready; minus infinity if there is none.
  double loading_until(double now) const { return counts_.loading + backlog_ > 0 ? now : loading_until_; }

  // What changed, without those that have ended since; whoever reads them empties them.
  std::vector<std::uint32_t> became_ready;
  std::vector<std::uint32_t> left_service;  // ready before: take nothing new

 private:
  std::int64_t serving() const { return counts_.ready + counts_.loading + backlog_; }
  std::int64_t present() const { return counts_.ready + counts_.loading + counts_.pooled + counts_.filling; }
  std::int64_t& count_of(State state);
  void set_state(std::uint32_t id, State state);
  std::uint32_t place();
  void remove(double now, std::uint32_t id);
  void make_ready(double now, std::uint32_t id);
  void start_one(double now);
  void begin_load(double now, std::uint32_t id, bool into_pool);
  std::uint32_t take_from_pool();
  void draw(double now, std::uint32_t id);
  bool stop_one(double now);
  void stop_ready(std::uint32_t id);
  std::optional<std::uint32_t> newest(State state) const;
  void give_up(double now, std::uint32_t id);

  const FleetLimits limits_;
  FleetDriver& driver_;
  std::vector<Instance> instances_;
  std::vector<std::uint32_t> free_places_;
  std::vector<std::uint32_t> ready_ids_;
  std::vector<std::uint32_t> pooled_ids_;
  InstanceCounts counts_;
  std::int64_t backlog_ = 0;  // draws that wait for a refill
  std::int64_t desired_ = 0;
  std::int64_t pool_target_ = 0;
  double keep_idle_s_ = 0;
  double loading_until_;
  double settled_at_ = 0;
  InstanceSeconds seconds_;
  InstanceEvents events_;
  std::int64_t most_ = 0;
};

}  // namespace mlplan
