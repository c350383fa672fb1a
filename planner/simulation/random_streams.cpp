#include "planner/simulation/random_streams.h"

namespace mlplan::planner {

namespace {

// Finaliser of SplitMix64 (Steele, Lea and Flood 2014): nearby numbers become unrelated ones.
std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

}  // namespace

pcg64 random_stream(std::uint64_t seed, std::uint64_t replication, std::uint64_t purpose) {
  const std::uint64_t key = mix(mix(mix(seed) ^ replication) ^ purpose);
  const auto wide = [&](std::uint64_t salt) {
    return (static_cast<pcg_extras::pcg128_t>(mix(key ^ salt)) << 64) | mix(key + salt);
  };
  return pcg64(wide(0x5851f42d4c957f2d), wide(0x14057b7ef767814f));
}

}  // namespace mlplan::planner
