#include "profiles/burstiness.h"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

using namespace mlplan;

TEST_CASE("a Poisson process has a coefficient of variation and indices of dispersion of 1") {
  std::mt19937_64 engine(9);
  std::exponential_distribution<double> gap(20);
  BurstinessMeter meter;
  double at = 0;
  for (int i = 0; i < 400'000; ++i) meter.add(at += gap(engine));
  const Burstiness result = meter.result();
  CHECK(*result.interarrival_scv == doctest::Approx(1).epsilon(0.02));
  REQUIRE(result.dispersion.size() == 4);  // 20,000 s: no ten hours
  CHECK(result.dispersion[0].window_s == 1);
  CHECK(result.dispersion[0].windows == doctest::Approx(20'000).epsilon(0.02));
  CHECK(result.dispersion[0].index == doctest::Approx(1).epsilon(0.05));
  CHECK(result.dispersion[1].index == doctest::Approx(1).epsilon(0.15));
}

TEST_CASE("a clock has none, and pairs have twice that of single arrivals") {
  BurstinessMeter clock;
  for (int i = 0; i <= 1000; ++i) clock.add(0.25 + i * 0.5);
  CHECK(*clock.result().interarrival_scv == doctest::Approx(0));
  CHECK(clock.result().dispersion[0].index == doctest::Approx(0));
  BurstinessMeter pairs;  // gaps 0, 2, 0, 2: mean 1, variance 1
  for (int i = 0; i < 1001; ++i) pairs.add(i - i % 2);
  CHECK(*pairs.result().interarrival_scv == doctest::Approx(1));
  CHECK(pairs.result().dispersion[0].index == doctest::Approx(1));  // counts 2, 0, 2, 0
  CHECK(pairs.result().dispersion[1].index == doctest::Approx(0));
}

TEST_CASE("long silence counts as empty windows, and too little data as none") {
  BurstinessMeter meter;
  meter.add(0);
  meter.add(0.5);
  meter.add(1e6);
  const Burstiness result = meter.result();
  CHECK(result.dispersion[0].windows == 1'000'000);
  CHECK(result.dispersion[0].index == doctest::Approx(2).epsilon(1e-3));  // 4e-6 / 2e-6
  BurstinessMeter two;
  two.add(0);
  two.add(1);
  CHECK_FALSE(two.result().interarrival_scv);
  CHECK(two.result().dispersion.empty());
}
