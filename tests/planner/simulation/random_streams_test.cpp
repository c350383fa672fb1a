#include "planner/simulation/random_streams.h"

#include <doctest/doctest.h>

#include <cmath>
#include <set>

using namespace mlplan::planner;

TEST_CASE("streams differ by seed, replication and purpose, and come again") {
  std::set<std::uint64_t> first;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    for (std::uint64_t replication = 0; replication < 10; ++replication) {
      for (std::uint64_t purpose = 0; purpose < 5; ++purpose) {
        pcg64 random = random_stream(seed, replication, purpose);
        CHECK((random_stream(seed, replication, purpose) == random));
        first.insert(random());
      }
    }
  }
  CHECK(first.size() == 500);
}

TEST_CASE("streams of nearby seeds are not correlated") {
  pcg64 a = random_stream(1, 0, 1);
  pcg64 b = random_stream(1, 0, 2);
  double sum = 0;
  constexpr int kDraws = 100'000;
  for (int i = 0; i < kDraws; ++i) {
    sum += (static_cast<double>(a() >> 11) * 0x1p-53 - 0.5) * (static_cast<double>(b() >> 11) * 0x1p-53 - 0.5);
  }
  CHECK(std::abs(sum / kDraws * 12) < 4 / std::sqrt(kDraws));
}
