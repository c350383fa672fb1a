// Kernels that do nothing but move the device's memory, and the two that do nothing at all. All are queued on the
// stream and throw GpuError where they cannot be.
//
// Bytes are counted as STREAM does: read and write one array, triad three. Arrays are of floats on the current device,
// aligned to 16 bytes; `count` of them, a multiple of 4.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/gpu/cuda_types.h"

namespace mlplan::gpu {

// Threads that fill the device: 8 blocks of 256 for each multiprocessor.
constexpr int kBlocksOfMultiprocessor = 8;
constexpr int kThreadsOfBlock = 256;
constexpr int threads_of(int multiprocessors) { return kBlocksOfMultiprocessor * kThreadsOfBlock * multiprocessors; }

// Of one array that no cache holds: 1 GiB and at least 16 times the L2 cache, but at most an eighth of the memory, as
// there are three. Whole MiB. 0: the memory is too small for arrays of 16 times the cache.
constexpr std::int64_t array_bytes(std::int64_t memory_bytes, std::int64_t l2_bytes) {
  constexpr std::int64_t kMiB = std::int64_t{1} << 20;
  const std::int64_t least = 16 * l2_bytes;
  const std::int64_t most = memory_bytes / 8;
  const std::int64_t bytes = std::min(std::max(1024 * kMiB, least), most) / kMiB * kMiB;
  return bytes < least ? 0 : bytes;
}

// Writes the sum that every thread read into sums[0 .. threads_of(multiprocessors)).
void launch_read(const float* from, std::int64_t count, float* sums, int multiprocessors, cudaStream_t stream);
void launch_write(float* to, std::int64_t count, float value, int multiprocessors, cudaStream_t stream);
// to = a + scale b
void launch_triad(float* to, const float* a, const float* b, float scale, std::int64_t count, int multiprocessors,
                  cudaStream_t stream);

void launch_nothing(cudaStream_t stream);

// Spins until *open is not 0, or for `limit_ns`, and then sets *timed_out: see Gate.
void launch_hold(volatile int* open, volatile int* timed_out, unsigned long long limit_ns, cudaStream_t stream);

}  // namespace mlplan::gpu
