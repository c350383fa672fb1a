#include "planner/distribution.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace mlplan;
using namespace mlplan::planner;

TEST_CASE("each law has the mean and the variation it was made with") {
  CHECK(scv(deterministic(3)) == 0);
  CHECK(scv(exponential(3)) == 1);
  CHECK(std::abs(scv(erlang(4, 3)) - 0.25) < 1e-12);
  CHECK(std::abs(scv(hyperexponential(3, 4)) - 4) < 1e-12);
  CHECK(std::abs(scv(lognormal(3, 4)) - 4) < 1e-12);
  const Distribution samples = empirical({1, 2, 3, 6});
  CHECK(samples.mean == 3);
  CHECK(std::abs(scv(samples) - 3.5 / 9) < 1e-12);
  const Distribution weighted = empirical({1, 5}, {3, 1});
  CHECK(weighted.mean == 2);
  CHECK(std::abs(scv(weighted) - 3.0 / 4) < 1e-12);
  CHECK(std::abs(scv(scaled(hyperexponential(3, 4), 7)) - 4) < 1e-12);
  CHECK(scaled(samples, 2).samples[3] == 12);
}

TEST_CASE("the limited mean grows by the tail, from nothing to the mean") {
  for (const Distribution& law : {exponential(2), erlang(3, 2), hyperexponential(2, 4), lognormal(2, 4)}) {
    CHECK(limited_mean(law, 0) == 0);
    CHECK(limited_mean(law, INFINITY) == 2);
    CHECK(std::abs(limited_mean(law, 1e5) - 2) < 1e-6);
    // Concave, as its slope is P(X > t), with slope 1 at 0.
    CHECK(std::abs(limited_mean(law, 1e-6) - 1e-6) < 1e-9);
    CHECK(limited_mean(law, 1) > (limited_mean(law, 0.5) + limited_mean(law, 1.5)) / 2);
  }
  CHECK(std::abs(limited_mean(exponential(2), 1) - 2 * (1 - std::exp(-0.5))) < 1e-12);
  CHECK(std::abs(limited_mean(erlang(1, 2), 1) - limited_mean(exponential(2), 1)) < 1e-12);
  CHECK(limited_mean(deterministic(2), 1.5) == 1.5);
  CHECK(limited_mean(empirical({1, 3}), 2) == 1.5);
}

TEST_CASE("a Stat becomes its samples, or its histogram where only a selection of the samples was kept") {
  Stat stat;
  stat.samples = {1e9, std::nan(""), 3e9};
  CHECK(from_nanoseconds(stat).samples == std::vector<double>{1, 3});
  stat.histogram = {{1e9, 4e9, 3}, {4e9, 9e9, 1}};
  const Distribution law = from_nanoseconds(stat);
  REQUIRE(law.samples.size() == 2);
  CHECK(std::abs(law.samples[0] - 2) < 1e-12);
  CHECK(std::abs(law.mean - (3 * 2 + 6) / 4.0) < 1e-12);
}

TEST_CASE("quantiles invert the law, and equal parts have its mean") {
  for (const Distribution& law : {exponential(2), erlang(3, 2), hyperexponential(2, 4), lognormal(2, 1)}) {
    for (const double q : {0.01, 0.5, 0.9, 0.999}) {
      CAPTURE(q);
      // The slope of the limited mean is P(X > t).
      const double x = quantile(law, q);
      const double step = 1e-4 * x;
      CHECK(std::abs((limited_mean(law, x + step) - limited_mean(law, x - step)) / (2 * step) - (1 - q)) < 1e-4);
    }
    double sum = 0;
    for (const double part : equal_parts(law, 1000)) sum += part / 1000;
    CHECK(std::abs(sum - 2) < 0.02);
  }
  const Distribution samples = empirical({5, 1, 3, 2});
  CHECK(quantile(samples, 0.25) == 1);
  CHECK(quantile(samples, 0.26) == 2);
  CHECK(quantile(samples, 0.99) == 5);
  CHECK(quantile(empirical({1, 5}, {3, 1}), 0.75) == 1);
  CHECK(equal_parts(samples, 4) == samples.samples);
  CHECK(equal_parts(samples, 2) == std::vector<double>{1, 3});
  CHECK(equal_parts(deterministic(7), 16) == std::vector<double>{7});
  CHECK(std::isnan(quantile(empirical({}), 0.5)));
}
