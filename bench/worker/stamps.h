// Counters of this process at one moment. Two system calls, about a microsecond, no files: read_bytes comes from the
// kernel's block input counter (512-byte units), which is what /proc/self/io shows.
#pragma once

#include <cstdint>

#include "profiles/support/worker_messages.h"

namespace mlplan::worker {

std::int64_t now_ns();      // CLOCK_MONOTONIC
Stamp take_stamp();         // of all threads
Stamp take_thread_stamp();  // faults, CPU time and bytes read of the calling thread alone

// Taken before any static initialiser of the program or of a library ran; see preinit.cpp.
const Stamp& preinit_stamp();

}  // namespace mlplan::worker
