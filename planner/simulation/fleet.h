// The instances of a fleet and how they come and go: ordered, loading, ready, stopping, and the warm pool beside them.
//
// It carries out orders and keeps counts and seconds by state; what instances serve is not its business, but for
// `load`, which its owner keeps so that idle ones can be told. After each call the owner takes from the lists what
// changed.
#pragma once

#include <cstdint>
#include <optional>
#include <pcg_random.hpp>
#include <vector>

#include "planner/simulation/event_heap.h"
#include "planner/simulation/result.h"
#include "planner/simulation/sampler.h"
#include "planner/simulation/scenario.h"
#include "planner/simulation/start_ups.h"
#include "profiles/policy.h"

namespace mlplan::planner {

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
    double work_s = 0;   // of its load, alone
    bool loads = false;  // it is among the loads that slow each other down
  };

  Fleet(const FleetSettings& settings, pcg64 random);

  // Those ready and pooled at time 0.
  void begin();
  void order(double now, const Orders& orders);
  // Its own next event, and carrying out all up to `now`.
  double next_time() const;
  void advance(double now);

  void end(double now, std::uint32_t id);                           // at once: ready or stopping
  void give_notice(double now, std::uint32_t id, double notice_s);  // ready; in `notice_over` when that is over
  void finished(double now, std::uint32_t id);                      // stopping, and has nothing left to serve
  // Replaces what ended, by the orders that stand.
  void balance(double now);

  Instance& instance(std::uint32_t id) { return instances_[id]; }
  std::size_t places() const { return instances_.size(); }
  const std::vector<std::uint32_t>& ready_ids() const { return ready_ids_; }
  InstanceCounts counts() const;
  std::int64_t desired() const { return desired_; }
  std::int64_t pool_target() const { return pool_target_; }
  InstanceSeconds seconds(double now) const;
  const InstanceEvents& events() const { return events_; }
  InstanceEvents& events() { return events_; }  // failures and interruptions are its owner's to count
  std::int64_t most() const { return most_; }
  void forget_most() { most_ = present(); }
  // The last moment until `now` at which one that was ordered to serve was not ready; minus infinity if there is none.
  double loading_until(double now) const { return counts_.loading + backlog_ > 0 ? now : loading_until_; }

  // What changed; whoever reads them empties them.
  std::vector<std::uint32_t> became_ready;
  std::vector<std::uint32_t> left_service;  // ready before: take nothing new
  std::vector<std::uint32_t> notice_over;

 private:
  struct Timer {
    double time = 0;
    std::uint32_t instance = 0;
    std::uint32_t generation = 0;
    enum class Kind : std::uint8_t { load, ready, notice } kind = Kind::load;
  };

  std::int64_t serving() const { return counts_.ready + counts_.loading + backlog_; }
  std::int64_t present() const { return counts_.ready + counts_.loading + counts_.pooled + counts_.filling; }
  std::int64_t& count_of(State state);
  void settle(double now);
  void set_state(std::uint32_t id, State state);
  std::uint32_t place();
  void remove(std::uint32_t id);
  void make_ready(double now, std::uint32_t id);
  void start_one(double now);
  void begin_load(double now, std::uint32_t id, bool into_pool);
  void load(double now, std::uint32_t id);
  void draw(double now, std::uint32_t id);
  bool stop_one(double now);
  void stop_ready(std::uint32_t id);
  std::optional<std::uint32_t> newest(State state) const;
  void give_up(double now, std::uint32_t id);
  void loaded(double now, std::uint32_t id);

  const FleetSettings& settings_;
  pcg64 random_;
  Sampler load_;
  std::optional<Sampler> node_;
  std::optional<Sampler> image_;
  Sampler pool_exit_;
  std::optional<Sampler> pool_fill_;
  StartUps start_ups_;
  EventHeap<Timer> timers_;

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

}  // namespace mlplan::planner
