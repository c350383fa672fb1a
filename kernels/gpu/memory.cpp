#include "kernels/gpu/memory.h"

#include <cuda_runtime_api.h>

#include <string>

#include "kernels/gpu/gpu_error.h"

namespace mlplan::gpu {

namespace {

std::string taking(std::int64_t bytes, const char* of) {
  return "taking " + std::to_string(bytes >> 20) + " MiB of " + of;
}

}  // namespace

DeviceMemory::DeviceMemory(std::int64_t bytes) : bytes_(bytes) {
  check(cudaMalloc(&memory_, static_cast<std::size_t>(bytes)), taking(bytes, "the GPU's memory"));
}

DeviceMemory::~DeviceMemory() {
  if (memory_ != nullptr) (void)cudaFree(memory_);
}

PinnedMemory::PinnedMemory(std::int64_t bytes) {
  check(cudaMallocHost(&memory_, static_cast<std::size_t>(bytes)), taking(bytes, "page-locked memory"));
}

PinnedMemory::~PinnedMemory() {
  if (memory_ != nullptr) (void)cudaFreeHost(memory_);
}

void copy(void* to, const void* from, std::int64_t bytes, cudaStream_t stream) {
  check(cudaMemcpyAsync(to, from, static_cast<std::size_t>(bytes), cudaMemcpyDefault, stream), "copying");
}

void set_bytes(void* memory, int value, std::int64_t bytes, cudaStream_t stream) {
  check(cudaMemsetAsync(memory, value, static_cast<std::size_t>(bytes), stream), "setting memory");
}

}  // namespace mlplan::gpu
