// The interface of a scaling policy: it sees counts, and orders counts. The same object drives a simulated fleet and a
// real pool of workers, so that what was planned with is what runs.
//
// Times are seconds on the driver's clock, which starts at 0 with the fleet. A policy keeps what it remembers in
// itself, is given observations in time order, and never fails. The driver calls decide() every interval_s(), and in
// between, for a policy that asks for it, when a request finds nothing free.
#pragma once

#include <cstdint>
#include <string_view>

namespace mlplan {

// Instances by state. An instance that was ordered to serve is loading until it is ready; one that fills the warm pool
// is filling, then pooled; one drawn from the pool is loading again, for the shorter time that leaving the pool takes.
struct InstanceCounts {
  std::int64_t ready = 0;     // take requests
  std::int64_t loading = 0;   // ordered to serve, not ready yet
  std::int64_t pooled = 0;    // started and kept warm, take no requests
  std::int64_t filling = 0;   // on the way into the pool
  std::int64_t stopping = 0;  // finish what they have, take nothing new
};

// Sums over all time since the start; a policy takes the difference of two observations for a rate or a mean over any
// window. Seconds of a count are its integral: requests waiting x seconds.
struct ObservedTotals {
  std::int64_t arrivals = 0;
  std::int64_t completions = 0;
  double in_service_s = 0;     // requests being served
  double queued_s = 0;         // requests waiting
  double busy_instance_s = 0;  // instances serving at least one request
  double busy_slot_s = 0;      // slots (the batches an instance serves at once, over all instances) in use
  double ready_slot_s = 0;     // slots of ready and stopping instances
};

struct Observation {
  double time_s = 0;
  InstanceCounts instances = {};
  std::int64_t desired = 0;  // as last ordered
  std::int64_t pool = 0;
  std::int64_t in_service = 0;  // requests
  std::int64_t queued = 0;
  std::int64_t busy_instances = 0;
  ObservedTotals totals = {};
  bool on_wait = false;  // called because a request found nothing free, not because the interval is over
};

struct Orders {
  std::int64_t desired = 0;  // instances to serve: ready and loading. A driver starts or stops to get there
  std::int64_t pool = 0;     // instances to keep warm: pooled and filling
  double keep_idle_s = 0;    // surplus instances are stopped only once they were idle that long; 0: at once
};

class Policy {
 public:
  Policy() = default;
  Policy(const Policy&) = delete;
  Policy& operator=(const Policy&) = delete;
  virtual ~Policy() = default;

  virtual std::string_view name() const = 0;
  virtual double interval_s() const = 0;                  // > 0
  virtual bool decides_on_wait() const { return false; }  // also when a request finds nothing free
  virtual Orders decide(const Observation& observation) = 0;
};

}  // namespace mlplan
