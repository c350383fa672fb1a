// A real pool of worker processes: starts them, hands requests to them on a schedule, keeps as many as its policy
// orders, replaces the dead, and leaves none behind.
//
// One thread, one loop: it sleeps until the next request is due, a worker answers, or a decision is to be made. What to
// do is Pool's to say; this is its world. An instance is as many processes as it has slots, ready when all are, and
// gone when one of them is.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

#include "bench/pool/crew.h"
#include "bench/pool/pool.h"
#include "bench/pool/pool_record.h"
#include "profiles/support/result.h"

namespace mlplan::bench {

struct PoolProgress {
  double time_s = 0;
  double duration_s = 0;
  std::int64_t sent = 0;
  std::int64_t done = 0;
  InstanceCounts instances = {};
};

struct PoolPlay {
  PoolSettings pool = {};
  double pool_exit_s = 0;               // from pooled to ready: what a stopped spare takes where the plan has it
  std::vector<double> schedule_s = {};  // ascending, from the beginning
  double duration_s = 0;                // of decisions; at least to the last request
  double drain_s = 60;                  // at most so long after it for what is still there
  std::vector<double> kills_s = {};     // an instance that serves is killed at each
  std::int64_t marks = 1;               // stretches of the timeline
  std::uint64_t seed = 1;               // of whom a kill meets
  std::function<void(const PoolProgress&)> progress = {};  // a few times a second
};

// The instances of the beginning, and those of its pool, are the crew's, which is filled before time begins; those that
// come later are ready with their first result, as a report's time to first result says. Whoever is ready and has
// nothing to do at the end is left to the crew. Errors: a worker that cannot be started or refuses its inputs, or that
// never becomes ready several times in a row; nothing is left running. An interrupt (Limits::interrupted) is no error:
// the record says so, and has what was done by then.
Result<PoolRecord> play(const PoolPlay& play, Policy& policy, Crew& crew);

}  // namespace mlplan::bench
