// Counters of this process at one moment. Two system calls, about a microsecond, no files: read_bytes comes from the
// kernel's block input counter (512-byte units), which is what /proc/self/io shows.
#pragma once

#include <cstdint>
#include <optional>

#include "profiles/support/worker_messages.h"

namespace mlplan::worker {

std::int64_t now_ns();      // CLOCK_MONOTONIC
Stamp take_stamp();         // of all threads
Stamp take_thread_stamp();  // faults, CPU time and bytes read of the calling thread alone
void add_since(Stamp& total, const Stamp& begin, const Stamp& end);  // what happened between the two

// How long a thread has been ready to run without getting a CPU (Linux: the second number of schedstat): what its time
// off the CPU was beyond waiting for something. The file stays open, so a look costs one system call.
class RunDelay {
 public:
  RunDelay();  // of the calling thread
  RunDelay(const RunDelay&) = delete;
  RunDelay& operator=(const RunDelay&) = delete;
  ~RunDelay();
  std::optional<std::int64_t> now_ns() const;  // absent where the kernel does not tell

 private:
  int fd_ = -1;
};

// Taken before any static initialiser of the program or of a library ran; see preinit.cpp.
const Stamp& preinit_stamp();

}  // namespace mlplan::worker
