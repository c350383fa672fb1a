#include "bench/worker/stamps.h"

#include <sys/resource.h>

#include <ctime>

namespace mlplan::worker {
namespace {

std::int64_t read_clock(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

Stamp stamp_of(int who, clockid_t cpu_clock) {
  rusage usage{};
  getrusage(who, &usage);
  return {.time_ns = read_clock(CLOCK_MONOTONIC),
          .cpu_ns = read_clock(cpu_clock),
          .minor_faults = usage.ru_minflt,
          .major_faults = usage.ru_majflt,
          .read_bytes = std::int64_t{usage.ru_inblock} * 512};
}

}  // namespace

std::int64_t now_ns() { return read_clock(CLOCK_MONOTONIC); }
Stamp take_stamp() { return stamp_of(RUSAGE_SELF, CLOCK_PROCESS_CPUTIME_ID); }
Stamp take_thread_stamp() { return stamp_of(RUSAGE_THREAD, CLOCK_THREAD_CPUTIME_ID); }

}  // namespace mlplan::worker
