// What an inference takes on the GPU when nothing waits for the host, beside what it takes as a server has it:
//
//   isolated       one by itself: all of its work queued behind a gate before the first of it begins, from an L2 cache
//                  that was written over (max(2 x L2, 64 MiB)). Time between two events.
//   back to back   many queued one after another and waited for only at the end: time between two events / their
//   number.
//                  The L2 cache is warm; where the CPU sets the pace it is the CPU's.
//   as deployed    one queued, then waited for: Model::timed_call.
//
// A model that waits for the GPU within a call cannot be timed behind a gate. That is found by trying: at a limit of 20
// times the inference, 50 ms at least and 2 s at most, the gate opens by itself, and what was seen is said instead.
#pragma once

#include <cstdint>
#include <functional>

#include "bench/worker/cuda_runtime.h"
#include "bench/worker/stream_gate.h"
#include "profiles/support/worker_messages.h"

namespace mlplan::worker {

struct GpuWork {
  void* stream = nullptr;
  std::function<void()> queue = {};  // one inference on the stream; it has run there before
  std::function<void()> done = {};   // called after each
  std::int64_t expected_ns = 0;      // of one
};

// Fills isolated_ns, or not_isolated, and back_to_back_ns. Throws what `queue` throws, and CudaError where the work
// itself failed; the gate is open then. `wait` may be null.
void time_on_gpu(const CudaRuntime& cuda, WaitValue wait, const GpuWork& work, const MeasureRequest& request,
                 Measured& out);

}  // namespace mlplan::worker
