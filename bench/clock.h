// The one clock of all measurements: CLOCK_MONOTONIC, in nanoseconds, the same in mlplan and in its workers.
#pragma once

#include <cstdint>
#include <ctime>

namespace mlplan::bench {

inline std::int64_t now_ns() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace mlplan::bench
