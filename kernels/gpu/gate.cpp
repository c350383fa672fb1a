#include "kernels/gpu/gate.h"

#include <cuda_runtime_api.h>

#include <atomic>

#include "kernels/gpu/device_loops.h"
#include "kernels/gpu/gpu_error.h"

namespace mlplan::gpu {

Gate::Gate() {
  void* words = nullptr;
  check(cudaHostAlloc(&words, 2 * sizeof(int), cudaHostAllocMapped), "making a gate");
  words_ = static_cast<volatile int*>(words);
  void* on_device = nullptr;
  if (const cudaError_t error = cudaHostGetDevicePointer(&on_device, words, 0); error != cudaSuccess) {
    (void)cudaFreeHost(words);
    check(error, "making a gate");
  }
  on_device_ = static_cast<int*>(on_device);
  words_[0] = 1;
  words_[1] = 0;
  try {
    launch_hold(on_device_, on_device_ + 1, 0, nullptr);
    check(cudaDeviceSynchronize(), "making a gate");
  } catch (const GpuError&) {
    (void)cudaFreeHost(words);
    throw;
  }
}

Gate::~Gate() {
  open();
  (void)cudaDeviceSynchronize();  // what still waits reads these words
  (void)cudaFreeHost(const_cast<int*>(words_));
}

void Gate::shut(cudaStream_t stream, std::chrono::nanoseconds limit) {
  words_[0] = 0;
  words_[1] = 0;
  std::atomic_thread_fence(std::memory_order_seq_cst);
  launch_hold(on_device_, on_device_ + 1, static_cast<unsigned long long>(limit.count()), stream);
}

void Gate::open() {
  std::atomic_thread_fence(std::memory_order_seq_cst);
  words_[0] = 1;
}

bool Gate::timed_out() const { return words_[1] != 0; }

}  // namespace mlplan::gpu
