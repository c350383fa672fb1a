#include "bench/worker/stamps.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
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

void add_since(Stamp& total, const Stamp& begin, const Stamp& end) {
  total.time_ns += end.time_ns - begin.time_ns;
  total.cpu_ns += end.cpu_ns - begin.cpu_ns;
  total.minor_faults += end.minor_faults - begin.minor_faults;
  total.major_faults += end.major_faults - begin.major_faults;
  total.read_bytes += end.read_bytes - begin.read_bytes;
}

RunDelay::RunDelay() : fd_(::open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC)) {}

RunDelay::~RunDelay() {
  if (fd_ >= 0) ::close(fd_);
}

std::optional<std::int64_t> RunDelay::now_ns() const {
  std::array<char, 96> text{};  // "time on a CPU, time waiting for one, times it got one"
  const ssize_t got = fd_ < 0 ? -1 : ::pread(fd_, text.data(), text.size(), 0);
  if (got <= 0) return std::nullopt;
  const char* const end = text.data() + got;
  const char* const space = std::find(static_cast<const char*>(text.data()), end, ' ');
  std::int64_t delay = 0;
  if (space == end || std::from_chars(space + 1, end, delay).ec != std::errc{}) return std::nullopt;
  return delay;
}

}  // namespace mlplan::worker
