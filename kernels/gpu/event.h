// A moment in a stream, on the device's clock: resolution about half a microsecond. Below 50 µs of work, time several.
#pragma once

#include <utility>

#include "kernels/gpu/cuda_types.h"

namespace mlplan::gpu {

class Event {
 public:
  Event();  // on the current device; throws GpuError, as all below
  Event(Event&& other) noexcept : event_(std::exchange(other.event_, nullptr)) {}
  Event& operator=(Event&& other) noexcept {
    std::swap(event_, other.event_);
    return *this;
  }
  ~Event();

  // Must be the stream of the work that is timed: on another one, two events are microseconds apart whatever happens.
  void record(cudaStream_t stream);
  void wait() const;  // spins until the device has passed it
  // Device time. Both must have been recorded and passed.
  double ns_since(const Event& earlier) const;

 private:
  cudaEvent_t event_ = nullptr;
};

}  // namespace mlplan::gpu
