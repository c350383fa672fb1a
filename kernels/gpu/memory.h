// Memory of the current device and page-locked memory of the host, given back with its owner; copies between them.
// Sizes are bytes. All throw GpuError.
#pragma once

#include <cstdint>
#include <utility>

#include "kernels/gpu/cuda_types.h"

namespace mlplan::gpu {

class DeviceMemory {
 public:
  explicit DeviceMemory(std::int64_t bytes);
  DeviceMemory(DeviceMemory&& other) noexcept
      : memory_(std::exchange(other.memory_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  DeviceMemory& operator=(DeviceMemory&& other) noexcept {
    std::swap(memory_, other.memory_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~DeviceMemory();  // waits until the device has done what it was given

  void* get() const { return memory_; }
  template <class T>
  T* as() const {
    return static_cast<T*>(memory_);
  }
  std::int64_t bytes() const { return bytes_; }

 private:
  void* memory_ = nullptr;
  std::int64_t bytes_ = 0;
};

class PinnedMemory {
 public:
  explicit PinnedMemory(std::int64_t bytes);
  PinnedMemory(PinnedMemory&& other) noexcept : memory_(std::exchange(other.memory_, nullptr)) {}
  PinnedMemory& operator=(PinnedMemory&& other) noexcept {
    std::swap(memory_, other.memory_);
    return *this;
  }
  ~PinnedMemory();

  void* get() const { return memory_; }

 private:
  void* memory_ = nullptr;
};

// Queued on the stream. From or to memory that is not pinned the call returns when the driver has staged the bytes,
// which is before or after they have arrived: synchronize before looking at a clock.
void copy(void* to, const void* from, std::int64_t bytes, cudaStream_t stream);
void set_bytes(void* memory, int value, std::int64_t bytes, cudaStream_t stream);

}  // namespace mlplan::gpu
