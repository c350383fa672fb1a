#include "bench/worker/fill.h"

namespace mlplan::worker {
namespace {

__extension__ using Wide = unsigned __int128;

}  // namespace

std::uint64_t Random::next() {
  state_ += 0x9E3779B97F4A7C15U;
  std::uint64_t mixed = state_;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9U;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBU;
  return mixed ^ (mixed >> 31);
}

void fill_normal(std::span<float> out, Random& random) {
  // Four uniform integers of 0..65535 have the mean 2 * 65535 and the variance 4 * (65536^2 - 1) / 12.
  constexpr float kScale = 1.0F / 37837.22731F;
  for (float& value : out) {
    const std::uint64_t bits = random.next();
    const auto part = [bits](int shift) { return static_cast<std::int32_t>(bits >> shift & 0xFFFF); };
    value = static_cast<float>(part(0) + part(16) + part(32) + part(48) - 2 * 65535) * kScale;
  }
}

void fill_uniform(std::span<float> out, Random& random) {
  for (float& value : out) value = static_cast<float>(random.next() >> 40) * 0x1p-24F;
}

void fill_range(std::span<std::int64_t> out, std::int64_t low, std::int64_t high, Random& random) {
  const std::uint64_t count = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) + 1;  // 0: all 2^64
  for (std::int64_t& value : out) {
    const std::uint64_t bits = random.next();
    // The high half of the product is uniform but for a bias below count / 2^64.
    const std::uint64_t offset = count == 0 ? bits : static_cast<std::uint64_t>((Wide{bits} * count) >> 64);
    value = static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + offset);
  }
}

}  // namespace mlplan::worker
