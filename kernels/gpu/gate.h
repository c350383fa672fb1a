// A gate in a stream: work queued behind it waits until the host opens it, so that the device then runs through it
// without waiting for the host.
//
// A gate must never be shut in front of what waits for the device: a host-side synchronisation, an allocation, the
// first use of a kernel (its code is loaded then), more launches than the queue holds (about 1,000), or any launch
// while launches are serialised (CUDA_LAUNCH_BLOCKING=1, a profiler). Each of these would wait for ever; so the gate
// opens by itself after a limit, and says that it did.
#pragma once

#include <chrono>

#include "kernels/gpu/cuda_types.h"

namespace mlplan::gpu {

class Gate {
 public:
  Gate();  // on the current device; loads the gate's own kernel. Throws GpuError
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;
  ~Gate();  // open

  // One gate, one stream at a time: the work behind it must be done before it is shut again. Throws GpuError.
  void shut(cudaStream_t stream, std::chrono::nanoseconds limit = std::chrono::seconds(2));
  void open();
  // Whether it has opened by itself since it was last shut: then what was timed behind it is the limit and no time of
  // the work. To be asked after the work is done.
  bool timed_out() const;

 private:
  volatile int* words_ = nullptr;  // of the host, which the device sees: [0] open, [1] timed out
  int* on_device_ = nullptr;       // the same words
};

}  // namespace mlplan::gpu
