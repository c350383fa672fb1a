// The random numbers of one simulation: a stream of its own for each thing that is random, so that two scenarios with
// the same seed meet the same arrivals, service times, start-ups and failures (common random numbers).
#pragma once

#include <cstdint>
#include <pcg_random.hpp>

namespace mlplan::planner {

// `replication` of `seed`, and `purpose` within it: all different in state and in increment.
pcg64 random_stream(std::uint64_t seed, std::uint64_t replication, std::uint64_t purpose);

struct RandomStreams {
  RandomStreams(std::uint64_t seed, std::uint64_t replication)
      : arrivals(random_stream(seed, replication, 1)),
        service(random_stream(seed, replication, 2)),
        start_up(random_stream(seed, replication, 3)),
        failures(random_stream(seed, replication, 4)) {}

  pcg64 arrivals;
  pcg64 service;
  pcg64 start_up;
  pcg64 failures;
};

}  // namespace mlplan::planner
