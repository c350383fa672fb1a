#include "profiles/support/quantile_sketch.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

using namespace mlplan;

TEST_CASE("quantiles are within 1 % of those of the sorted values") {
  std::mt19937_64 engine(1);
  for (const double spread : {0.1, 1.0, 4.0}) {
    QuantileSketch sketch;
    std::vector<double> values;
    std::lognormal_distribution<double> draw(3, spread);
    for (int i = 0; i < 20'000; ++i) {
      values.push_back(draw(engine));
      sketch.add(values.back());
    }
    std::sort(values.begin(), values.end());
    for (const double q : {0.01, 0.5, 0.9, 0.99, 1.0}) {
      const double exact = values[static_cast<std::size_t>(std::ceil(q * 20'000)) - 1];
      CHECK(sketch.quantile(q) == doctest::Approx(exact).epsilon(0.0101));
    }
  }
}

TEST_CASE("zeros count, and nothing has no quantile") {
  QuantileSketch sketch;
  CHECK(sketch.quantile(0.5) == 0);
  for (int i = 0; i < 6; ++i) sketch.add(0);
  for (int i = 0; i < 4; ++i) sketch.add(5);
  CHECK(sketch.quantile(0.5) == 0);
  CHECK(sketch.quantile(0.7) == doctest::Approx(5).epsilon(0.0101));
  CHECK(sketch.count() == 10);
}
