// The one clock of all measurements: CLOCK_MONOTONIC, in nanoseconds, the same in mlplan and in its workers. CPU time
// has its own.
#pragma once

#include <cstdint>
#include <ctime>

namespace mlplan::bench {

inline std::int64_t read_clock_ns(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

inline std::int64_t now_ns() { return read_clock_ns(CLOCK_MONOTONIC); }
inline std::int64_t thread_cpu_ns() { return read_clock_ns(CLOCK_THREAD_CPUTIME_ID); }  // of the calling thread

}  // namespace mlplan::bench
