// A stream of work on the current device. Does not wait for the default stream, nor that for it.
#pragma once

#include <utility>

#include "kernels/gpu/cuda_types.h"

namespace mlplan::gpu {

class Stream {
 public:
  Stream();  // throws GpuError
  Stream(Stream&& other) noexcept : stream_(std::exchange(other.stream_, nullptr)) {}
  Stream& operator=(Stream&& other) noexcept {
    std::swap(stream_, other.stream_);
    return *this;
  }
  ~Stream();

  cudaStream_t get() const { return stream_; }
  void synchronize() const;  // until all that was queued is done; throws GpuError where some of it failed

 private:
  cudaStream_t stream_ = nullptr;
};

}  // namespace mlplan::gpu
