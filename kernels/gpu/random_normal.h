// Random numbers of a normal distribution for matrices: zeros take less power, so that a card computes with them faster
// than it ever does with data.
#pragma once

#include <cstdint>

#include "kernels/gpu/cuda_types.h"

namespace mlplan::gpu {

enum class Element { f32, bf16, f16, f8_e4m3, i8 };

constexpr std::int64_t bytes_of(Element element) {
  return element == Element::f32 ? 4 : element == Element::f8_e4m3 || element == Element::i8 ? 1 : 2;
}

// `count` elements of mean 0 and standard deviation 1, of i8 32, rounded and cut at ±127; the same for the same seed.
// Queued on the stream; throws GpuError.
void fill_normal(Element element, void* out, std::int64_t count, std::uint64_t seed, cudaStream_t stream);

}  // namespace mlplan::gpu
