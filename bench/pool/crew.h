// Instances of a pool that are ready and warmed up, and wait to be played with: those that a play begins with, and
// those that one left to the next, so that what was measured in the first holds for the same processes in the second.
#pragma once

#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include "bench/pool/pool_worker.h"
#include "bench/world.h"
#include "profiles/support/result.h"

namespace mlplan::bench {

struct CrewSettings {
  std::uint32_t slots_per_instance = 1;  // a process for each
  std::int64_t threads = 1;              // of a process
  std::int64_t max_batch = 1;            // that it can be given
};

class Crew {
 public:
  using Instance = std::vector<PoolWorker>;  // by slot

  // `world` must outlive it. Whoever is here when it ends is ended.
  Crew(const World& world, const CrewSettings& settings) : world_(world), settings_(settings) {}

  // Until so many are here. They start one after the other, so that none disturbs another's warm-up. Errors: a worker
  // that cannot be started, refuses its inputs or ends, or an interrupt.
  Status fill(std::int64_t count);
  Instance take();  // some must be here
  std::vector<Instance> take_all();
  void leave(Instance instance) { instances_.push_back(std::move(instance)); }
  // The next to be taken, in their order.
  void return_first(std::vector<Instance> instances);
  // One that is not ready yet.
  Result<Instance> start(bool warmed_up) const;
  const World& world() const { return world_; }

 private:
  const World& world_;
  CrewSettings settings_;
  std::deque<Instance> instances_ = {};
};

}  // namespace mlplan::bench
