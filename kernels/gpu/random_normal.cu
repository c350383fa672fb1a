#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_fp8.h>

#include "kernels/gpu/gpu_error.h"
#include "kernels/gpu/random_normal.h"

namespace mlplan::gpu {

namespace {

template <class T>
__device__ T converted(float value) {
  return static_cast<T>(value);
}
template <>
__device__ std::int8_t converted<std::int8_t>(float value) {
  return static_cast<std::int8_t>(rintf(fminf(fmaxf(32 * value, -127.0F), 127.0F)));
}

// SplitMix64 (Steele, Lea, Flood 2014): a number for every place and seed, whatever thread asks for it.
__device__ std::uint64_t mixed(std::uint64_t number) {
  number += 0x9E3779B97F4A7C15U;
  number = (number ^ (number >> 30)) * 0xBF58476D1CE4E5B9U;
  number = (number ^ (number >> 27)) * 0x94D049BB133111EBU;
  return number ^ (number >> 31);
}

// By Box and Muller, from two uniform numbers of 32 bits.
template <class T>
__global__ void normal_kernel(T* out, std::int64_t count, std::uint64_t seed) {
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < count; i += step) {
    const std::uint64_t bits = mixed(mixed(seed) + static_cast<std::uint64_t>(i));
    constexpr float kUnit = 1.0F / 4294967296.0F;
    const float u = (static_cast<float>(static_cast<std::uint32_t>(bits >> 32)) + 0.5F) * kUnit;
    const float v = static_cast<float>(static_cast<std::uint32_t>(bits)) * kUnit;
    out[i] = converted<T>(sqrtf(-2 * logf(fminf(u, 1.0F))) * cospif(2 * v));
  }
}

template <class T>
void fill(void* out, std::int64_t count, std::uint64_t seed, cudaStream_t stream) {
  constexpr unsigned kBlocks = 2048;
  constexpr unsigned kThreads = 256;
  normal_kernel<<<kBlocks, kThreads, 0, stream>>>(static_cast<T*>(out), count, seed);
  check(cudaGetLastError(), "starting the kernel that draws random numbers");
}

}  // namespace

void fill_normal(Element element, void* out, std::int64_t count, std::uint64_t seed, cudaStream_t stream) {
  switch (element) {
    case Element::f32: return fill<float>(out, count, seed, stream);
    case Element::bf16: return fill<__nv_bfloat16>(out, count, seed, stream);
    case Element::f16: return fill<__half>(out, count, seed, stream);
    case Element::f8_e4m3: return fill<__nv_fp8_e4m3>(out, count, seed, stream);
    case Element::i8: return fill<std::int8_t>(out, count, seed, stream);
  }
}

}  // namespace mlplan::gpu
