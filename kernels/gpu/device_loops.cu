#include "kernels/gpu/device_loops.h"
#include "kernels/gpu/gpu_error.h"

namespace mlplan::gpu {

namespace {

__device__ float sum_of(const float4& value) { return (value.x + value.y) + (value.z + value.w); }

__device__ float4 plus_scaled(const float4& a, float scale, const float4& b) {
  return make_float4(a.x + scale * b.x, a.y + scale * b.y, a.z + scale * b.z, a.w + scale * b.w);
}

__device__ std::int64_t thread_number() { return static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; }

__device__ std::int64_t thread_count() { return static_cast<std::int64_t>(gridDim.x) * blockDim.x; }

// Four loads in flight: one alone leaves a part of the bandwidth unused.
__global__ void __launch_bounds__(kThreadsOfBlock)
    read_kernel(const float4* __restrict__ from, std::int64_t count, float* __restrict__ sums) {
  const std::int64_t step = thread_count();
  std::int64_t i = thread_number();
  float sum = 0;
  for (; i + 3 * step < count; i += 4 * step) {
    const float4 a = from[i];
    const float4 b = from[i + step];
    const float4 c = from[i + 2 * step];
    const float4 d = from[i + 3 * step];
    sum += (sum_of(a) + sum_of(b)) + (sum_of(c) + sum_of(d));
  }
  for (; i < count; i += step) sum += sum_of(from[i]);
  sums[thread_number()] = sum;
}

__global__ void __launch_bounds__(kThreadsOfBlock)
    write_kernel(float4* __restrict__ to, std::int64_t count, float value) {
  const float4 four = make_float4(value, value, value, value);
  for (std::int64_t i = thread_number(); i < count; i += thread_count()) to[i] = four;
}

__global__ void __launch_bounds__(kThreadsOfBlock)
    triad_kernel(float4* __restrict__ to, const float4* __restrict__ a, const float4* __restrict__ b, float scale,
                 std::int64_t count) {
  const std::int64_t step = thread_count();
  std::int64_t i = thread_number();
  for (; i + step < count; i += 2 * step) {
    const float4 a0 = a[i];
    const float4 a1 = a[i + step];
    const float4 b0 = b[i];
    const float4 b1 = b[i + step];
    to[i] = plus_scaled(a0, scale, b0);
    to[i + step] = plus_scaled(a1, scale, b1);
  }
  for (; i < count; i += step) to[i] = plus_scaled(a[i], scale, b[i]);
}

__global__ void nothing_kernel() {}

__device__ unsigned long long device_clock_ns() {
  unsigned long long now = 0;
  asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(now));
  return now;
}

__global__ void hold_kernel(volatile int* open, volatile int* timed_out, unsigned long long limit_ns) {
  const unsigned long long begin = device_clock_ns();
  do {
    if (*open != 0) return;
    __nanosleep(200);
  } while (device_clock_ns() - begin < limit_ns);
  *timed_out = 1;
  __threadfence_system();
}

unsigned blocks_of(int multiprocessors) { return static_cast<unsigned>(kBlocksOfMultiprocessor * multiprocessors); }

}  // namespace

void launch_read(const float* from, std::int64_t count, float* sums, int multiprocessors, cudaStream_t stream) {
  read_kernel<<<blocks_of(multiprocessors), kThreadsOfBlock, 0, stream>>>(reinterpret_cast<const float4*>(from),
                                                                          count / 4, sums);
  check(cudaGetLastError(), "starting the kernel that reads");
}

void launch_write(float* to, std::int64_t count, float value, int multiprocessors, cudaStream_t stream) {
  write_kernel<<<blocks_of(multiprocessors), kThreadsOfBlock, 0, stream>>>(reinterpret_cast<float4*>(to), count / 4,
                                                                           value);
  check(cudaGetLastError(), "starting the kernel that writes");
}

void launch_triad(float* to, const float* a, const float* b, float scale, std::int64_t count, int multiprocessors,
                  cudaStream_t stream) {
  triad_kernel<<<blocks_of(multiprocessors), kThreadsOfBlock, 0, stream>>>(
      reinterpret_cast<float4*>(to), reinterpret_cast<const float4*>(a), reinterpret_cast<const float4*>(b), scale,
      count / 4);
  check(cudaGetLastError(), "starting the triad kernel");
}

void launch_nothing(cudaStream_t stream) {
  nothing_kernel<<<1, 1, 0, stream>>>();
  check(cudaGetLastError(), "starting an empty kernel");
}

void launch_hold(volatile int* open, volatile int* timed_out, unsigned long long limit_ns, cudaStream_t stream) {
  hold_kernel<<<1, 1, 0, stream>>>(open, timed_out, limit_ns);
  check(cudaGetLastError(), "shutting the gate");
}

}  // namespace mlplan::gpu
