// What a fleet's instances have come to since its start: seconds by state, and how often they came and went.
#pragma once

#include <cstdint>

namespace mlplan {

struct InstanceSeconds {
  double ready = 0;
  double loading = 0;
  double pooled = 0;
  double filling = 0;
  double stopping = 0;
};

struct InstanceEvents {
  std::int64_t cold_starts = 0;    // ordered to serve, not from the pool
  std::int64_t draws = 0;          // ordered to serve, from the pool
  std::int64_t misses = 0;         // found the pool empty, of a pool that was wanted; a cold start unless it waits
  std::int64_t fills = 0;          // ordered into the pool
  std::int64_t stops = 0;          // of ready instances by order
  std::int64_t cancelled = 0;      // stopped while loading or filling, or out of the pool
  std::int64_t failures = 0;       // ended at once
  std::int64_t interruptions = 0;  // ended after notice
};

}  // namespace mlplan
