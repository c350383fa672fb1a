// Counts what libtorch copies to another device or type while this lives, on the thread that made it: one by one as a
// loader does, so that a load splits into reading, copying and the rest. A copy includes the memory taken for it. To a
// GPU each is done when it is counted: libtorch waits for copies from memory that is not pinned.
//
// Costs a few microseconds for each operator that runs meanwhile. One at a time on a thread.
#pragma once

#include <ATen/record_function.h>

#include <cstdint>

#include "profiles/support/worker_messages.h"

namespace mlplan::worker {

class CopyCounter {
 public:
  CopyCounter();
  CopyCounter(const CopyCounter&) = delete;
  CopyCounter& operator=(const CopyCounter&) = delete;
  ~CopyCounter();

  const Stamp& total() const { return total_; }  // durations and counts
  std::int64_t bytes() const { return bytes_; }

 private:
  struct Copy;

  Stamp total_;
  std::int64_t bytes_ = 0;
  at::CallbackHandle handle_;
};

}  // namespace mlplan::worker
