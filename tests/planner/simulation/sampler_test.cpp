#include "planner/simulation/sampler.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "planner/simulation/random_streams.h"

using namespace mlplan::planner;

namespace {

constexpr int kDraws = 200'000;

}  // namespace

TEST_CASE("draws have their law's mean, variation and limited mean") {
  pcg64 random = random_stream(5, 0, 0);
  for (const Distribution& law : {deterministic(2), exponential(2), erlang(3, 2), hyperexponential(2, 4),
                                  lognormal(2, 1.5), empirical({0.5, 1.5, 4}), empirical({0.5, 1.5, 4}, {5, 2, 1})}) {
    CAPTURE(static_cast<int>(law.kind));
    const Sampler sampler(law);
    double sum = 0;
    double squares = 0;
    double limited = 0;
    for (int i = 0; i < kDraws; ++i) {
      const double x = sampler.draw(random);
      REQUIRE(x >= 0);
      sum += x / kDraws;
      squares += x * x / kDraws;
      limited += std::min(x, 1.0) / kDraws;
    }
    const double deviation = law.mean * std::sqrt(scv(law));
    CHECK(std::abs(sum - law.mean) <= 4 * deviation / std::sqrt(kDraws) + 1e-9);
    CHECK(std::abs((squares - sum * sum) / (law.mean * law.mean) - scv(law)) <= 0.06 * scv(law) + 1e-9);
    CHECK(std::abs(limited - limited_mean(law, 1)) < 0.005);
  }
}

TEST_CASE("weighted samples come as often as their weight says, and those of weight 0 never") {
  const std::vector<double> weights = {1, 0, 7, 2, 0, 0.5, 3};
  std::vector<double> values;
  double total = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    values.push_back(static_cast<double>(i));
    total += weights[i];
  }
  const Sampler sampler(empirical(values, weights));
  pcg64 random = random_stream(6, 0, 0);
  std::map<double, int> seen;
  for (int i = 0; i < kDraws; ++i) ++seen[sampler.draw(random)];
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double p = weights[i] / total;
    CHECK(std::abs(seen[values[i]] - kDraws * p) <= 4 * std::sqrt(kDraws * p * (1 - p)));
  }
}
