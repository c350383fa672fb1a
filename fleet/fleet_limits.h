// What a fleet starts with and may grow to, and what it does when its pool is empty.
#pragma once

#include <cstdint>

namespace mlplan {

enum class MissedDraw {
  starts_cold,       // a draw that finds the pool empty starts an instance of its own: lost sales
  waits_for_refill,  // it takes the next refill: backlog
};

struct FleetLimits {
  std::int64_t initial_instances = 1;    // ready at time 0
  std::int64_t initial_pool = 0;         // pooled at time 0
  std::int64_t max_instances = 100'000;  // of all states together; orders beyond it are not carried out
  MissedDraw missed_draw = MissedDraw::starts_cold;
};

}  // namespace mlplan
