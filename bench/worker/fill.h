// Values for input tensors: seeded, and equal bit by bit on every machine, so that outputs of two machines can be
// compared. Only integer arithmetic and one correctly rounded multiplication; no libm, no vector code paths.
#pragma once

#include <cstdint>
#include <span>

namespace mlplan::worker {

// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): one state word, every seed is good.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();

 private:
  std::uint64_t state_;
};

// Mean 0, variance 1: the sum of four uniform 16-bit integers, scaled (Irwin-Hall; within 3.47, kurtosis 2.7).
void fill_normal(std::span<float> out, Random& random);
void fill_uniform(std::span<float> out, Random& random);  // [0, 1), multiples of 2^-24
void fill_range(std::span<std::int64_t> out, std::int64_t low, std::int64_t high, Random& random);  // inclusive

}  // namespace mlplan::worker
