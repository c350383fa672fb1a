#include "kernels/gpu/event.h"

#include <cuda_runtime_api.h>

#include "kernels/gpu/gpu_error.h"

namespace mlplan::gpu {

Event::Event() { check(cudaEventCreateWithFlags(&event_, cudaEventDefault), "making an event"); }

Event::~Event() {
  if (event_ != nullptr) (void)cudaEventDestroy(event_);
}

void Event::record(cudaStream_t stream) { check(cudaEventRecord(event_, stream), "recording an event"); }

void Event::wait() const { check(cudaEventSynchronize(event_), "waiting for the GPU"); }

double Event::ns_since(const Event& earlier) const {
  float ms = 0;
  check(cudaEventElapsedTime(&ms, earlier.event_, event_), "taking the time between two events");
  return static_cast<double>(ms) * 1e6;
}

}  // namespace mlplan::gpu
