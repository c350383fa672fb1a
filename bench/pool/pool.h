// A pool of instances under a policy, as a machine of states without a clock: requests, starts and ends come in with
// their times, what is to be done goes out to a PoolWorld. Real processes are one such world (supervisor.h), scripted
// ones are tests' own.
//
// It does what the simulator does at the same events: one queue whose head goes to whatever is free first, or each
// request to the ready instance with the fewest; batches that are full or whose oldest waited long enough; the policy
// asked every interval, and when a request finds nothing free; orders carried out by the same Fleet. Times are seconds
// from the beginning, and never go back.
#pragma once

#include <cstdint>
#include <deque>
#include <limits>
#include <span>
#include <vector>

#include "fleet/fleet.h"
#include "fleet/least_loaded.h"
#include "fleet/routing.h"
#include "profiles/policy.h"

namespace mlplan::bench {

using RequestId = std::uint32_t;  // counts up from 0 in the order of arrival

// What a pool's decisions come to. Called from within the calls of Pool; answers come later, through those.
class PoolWorld {
 public:
  PoolWorld() = default;
  PoolWorld(const PoolWorld&) = delete;
  PoolWorld& operator=(const PoolWorld&) = delete;
  virtual ~PoolWorld() = default;

  virtual void start(double now, std::uint32_t instance) = 0;  // answered by Pool::loaded, or died
  // It shall take requests. True: it can at once; false: Pool::drawn says when.
  virtual bool leave_pool(double now, std::uint32_t instance) = 0;
  virtual void end(double now, std::uint32_t instance) = 0;  // it is not needed any more, or is dead
  // A batch for a free slot of a ready instance. Answered by Pool::served.
  virtual void serve(double now, std::uint32_t instance, std::uint32_t slot, std::span<const RequestId> batch) = 0;
  virtual void lost(double now, RequestId request) = 0;      // in service at an instance that died, or in its queue
  virtual void rejected(double now, RequestId request) = 0;  // the queue was full
};

struct PoolSettings {
  FleetLimits fleet = {};
  std::uint32_t slots_per_instance = 1;
  std::int64_t max_batch = 1;
  double batch_timeout_s = 0;
  Routing routing = Routing::shared_queue;
  std::int64_t queue_limit = std::numeric_limits<std::int64_t>::max();
};

// Sums since the beginning, beside those that policies see.
struct PoolTotals {
  InstanceSeconds instances = {};
  InstanceEvents events = {};
  double busy_slot_s = 0;
  double ready_slot_s = 0;
};

class Pool final : FleetDriver {
 public:
  // The instances of the beginning are ready: the world has them already, as 0, 1, ... in the order of FleetLimits.
  Pool(const PoolSettings& settings, Policy& policy, PoolWorld& world);
  void begin();

  void arrive(double now, RequestId request);
  void served(double now, std::uint32_t instance, std::uint32_t slot);  // its batch is done
  void loaded(double now, std::uint32_t instance);                      // its start-up is over
  void drawn(double now, std::uint32_t instance);                       // it has left the pool
  void died(double now, std::uint32_t instance);                        // whatever it was doing; it is replaced

  double next_time() const;  // of a decision, or of a batch that will have waited long enough
  void advance(double now);  // all that is due by now
  bool empty() const { return queued_ + in_service_ == 0; }  // no request is here
  std::int64_t queued() const { return queued_; }

  PoolTotals totals(double now) const;
  InstanceCounts counts() const { return fleet_.counts(); }
  const std::vector<std::uint32_t>& ready_ids() const { return fleet_.ready_ids(); }
  std::int64_t most_instances() const { return fleet_.most(); }
  // Of a request that has begun: it waited for a slot while an instance that was ordered to serve was not ready yet.
  bool exposed(RequestId request) const { return exposed_[request]; }

 private:
  struct Waiting {
    RequestId request = 0;
    double arrival = 0;
  };
  struct Slot {
    bool admitted = false;
    std::vector<RequestId> batch = {};
  };
  using Queue = std::deque<Waiting>;

  void begin_load(double now, std::uint32_t id, bool into_pool) override;
  void leave_pool(double now, std::uint32_t id) override;
  void ended(double now, std::uint32_t id) override;

  void pass(double now);
  bool due(const Queue& queue, double now) const;
  void start(double now, std::uint32_t slot, Queue& queue);
  void serve_waiting(double now);
  void serve_instance(double now, std::uint32_t id);
  void route(double now, const Waiting& request);
  void admit(double now, std::uint32_t id);
  void release(double now, std::uint32_t id);
  void take_changes(double now);
  void decide(double now, bool on_wait);
  Observation observe(double now, bool on_wait) const;
  std::uint32_t first_slot(std::uint32_t id) const { return id * settings_.slots_per_instance; }
  bool shared() const { return settings_.routing == Routing::shared_queue; }

  const PoolSettings settings_;
  Policy& policy_;
  PoolWorld& world_;
  Fleet fleet_;
  std::vector<Slot> slots_ = {};
  std::vector<std::uint32_t> free_slots_ = {};  // shared queue
  Queue queue_ = {};                            // shared, or of requests for which no instance was ready
  std::vector<Queue> instance_queues_ = {};
  LeastLoaded least_loaded_ = {};
  std::vector<bool> exposed_ = {};

  double now_ = 0;
  double next_decision_ = 0;
  std::int64_t queued_ = 0;
  std::int64_t in_service_ = 0;
  std::int64_t busy_slots_ = 0;
  std::int64_t busy_instances_ = 0;
  ObservedTotals sums_ = {};
  bool had_free_ = false;
  double last_free_ = -std::numeric_limits<double>::infinity();
};

}  // namespace mlplan::bench
