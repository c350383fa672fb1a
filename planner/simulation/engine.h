// The event loop behind simulate(): its state, and what happens at each event.
//
// The paths that every request takes (arrive, start, complete) are in engine.cpp, everything rarer in
// engine_events.cpp. A slot serves one batch at a time; the slots of an instance lie side by side, so that a slot's
// number says whose it is.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "fleet/fleet.h"
#include "fleet/least_loaded.h"
#include "planner/simulation/arrivals.h"
#include "planner/simulation/batch_sampler.h"
#include "planner/simulation/event_heap.h"
#include "planner/simulation/hazard.h"
#include "planner/simulation/random_streams.h"
#include "planner/simulation/request_queue.h"
#include "planner/simulation/result.h"
#include "planner/simulation/scenario.h"
#include "planner/simulation/simulated_starts.h"
#include "planner/simulation/work_clock.h"
#include "profiles/policy.h"

namespace mlplan::planner {

class Engine {
 public:
  Engine(const Scenario& scenario, Policy& policy, std::uint64_t seed, std::uint64_t replication);
  SimulationResult run();

 private:
  struct Completion {
    double time = 0;  // with a shared host: on the clock of work done
    std::uint32_t slot = 0;
    std::uint32_t epoch = 0;
  };
  struct Slot {
    double start = 0;
    double end = -1;      // of what it served last
    double coldness = 1;  // at the beginning of what it serves; while it is free, at the end of what it served
    std::uint32_t instance = 0;
    std::uint32_t epoch = 0;  // goes up when what it serves is lost
    std::uint32_t batch = 0;  // requests in service; 0: free
  };
  struct Request {
    double arrival = 0;
    bool exposed = false;
  };
  struct BatchTimer {  // least_outstanding: the oldest request of an instance's queue has waited long enough
    double time = 0;
    std::uint32_t instance = 0;
    std::uint32_t generation = 0;
  };
  // Integrals over all time, as policies see them, and counts.
  struct Marks {
    double queued_s = 0;
    double in_service_s = 0;
    double busy_slot_s = 0;
    double ready_slot_s = 0;
    InstanceSeconds instance_s = {};
    InstanceEvents events = {};
    std::int64_t arrivals = 0;
    std::int64_t completed = 0;
    std::int64_t within_slo = 0;
    std::int64_t exposed = 0;
    double wait_sum = 0;
    double response_sum = 0;
  };

  // Integrals up to `now`.
  void advance(double now) {
    const double since = now - now_;
    queued_s_ += static_cast<double>(queued_) * since;
    in_service_s_ += static_cast<double>(in_service_) * since;
    busy_slot_s_ += static_cast<double>(busy_slots_) * since;
    busy_instance_s_ += static_cast<double>(busy_instances_) * since;
    now_ = now;
  }

  // engine.cpp
  void next_arrival();
  void arrive(double now);
  void serve_waiting(double now);
  void serve_instance(double now, std::uint32_t id);
  bool batch_is_due(const RequestQueue& queue, double now) const;
  void start(double now, std::uint32_t slot, RequestQueue& queue, bool replaces_top);
  double more_after_idle(double now, Slot& slot, std::int64_t others_busy) const;
  void complete(double now);
  void update_deadline();

  // engine_events.cpp
  void other(double now);
  void find_next_other();
  void decide(double now, bool on_wait);
  void share_host(double now);
  void pace_machine();
  Observation observe(double now, bool on_wait) const;
  void take_changes(double now);
  void admit(double now, std::uint32_t id);
  void release(double now, std::uint32_t id);
  void route(double now, double arrival);
  void end_instance(double now, std::uint32_t id);
  Marks marks(double now) const;
  void begin_counting(double now);
  void end_counting(double now);
  void close_point(double now);
  double point_end() const;
  std::uint32_t first_slot(std::uint32_t id) const { return id * slots_per_instance_; }

  const Scenario& scenario_;
  Policy& policy_;
  RandomStreams random_;
  SimulatedStarts starts_;
  Fleet fleet_;
  BatchSampler service_;
  Hazard failures_;
  Hazard interruptions_;
  std::size_t listed_failures_ = 0;  // of those at given times, that have happened
  std::size_t listed_interruptions_ = 0;

  const bool shared_;
  const bool asks_on_wait_;
  const bool shares_host_;
  const std::uint32_t slots_per_instance_;
  const std::size_t max_batch_;
  const double batch_timeout_;
  const AfterIdle after_idle_;
  const bool grows_cold_;

  // Arrivals, a chunk at a time.
  std::unique_ptr<ArrivalSource> source_;
  std::array<double, 512> chunk_;
  std::size_t chunk_size_ = 0;
  std::size_t chunk_next_ = 0;
  double next_arrival_ = 0;

  EventHeap<Completion> completions_;
  std::vector<Slot> slots_;
  std::vector<Request> requests_;  // max_batch_ for each slot
  std::vector<std::uint32_t> free_slots_;
  RequestQueue queue_;                         // shared, or of requests for which no instance was ready
  std::vector<RequestQueue> instance_queues_;  // least_outstanding
  LeastLoaded least_loaded_;
  EventHeap<BatchTimer> batch_timers_;
  std::vector<double> timed_;  // by instance: the arrival whose timer was set last
  double deadline_;            // shared queue: its oldest request has waited long enough

  double now_ = 0;
  std::int64_t queued_ = 0;
  std::int64_t in_service_ = 0;
  std::int64_t busy_slots_ = 0;
  std::int64_t busy_instances_ = 0;
  double queued_s_ = 0;
  double in_service_s_ = 0;
  double busy_slot_s_ = 0;
  double busy_instance_s_ = 0;
  std::int64_t arrived_ = 0;
  std::int64_t completions_count_ = 0;
  bool had_free_ = false;  // shared queue: a slot stayed free
  double last_free_;       // until when the last time

  // Everything that is neither an arrival nor a completion.
  double next_other_ = 0;
  double next_decision_ = 0;
  double next_point_;
  double counting_from_;
  double counting_until_;
  double give_up_at_;
  bool counting_ = false;
  bool closed_ = false;  // arrivals are over

  // With a shared host: the work done by each service, and for what numbers its pace was set.
  WorkClock services_;
  std::int64_t paced_slots_ = 0;
  std::int64_t paced_loads_ = 0;
  double machine_pace_ = 1;
  std::size_t stretch_ = 0;  // of SharedHost::pace
  double next_stretch_;

  Marks begun_;
  Marks point_begun_;
  double point_start_ = 0;
  double point_max_response_ = 0;
  SimulationResult result_;
};

}  // namespace mlplan::planner
