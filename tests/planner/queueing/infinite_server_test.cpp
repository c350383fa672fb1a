#include "planner/queueing/infinite_server.h"

#include <doctest/doctest.h>

#include <cmath>
#include <numbers>

using namespace mlplan::planner;

namespace {

RateSeries sinusoid(double base, double amplitude, double frequency, int intervals) {
  RateSeries series{.interval_s = 2 * std::numbers::pi / frequency / intervals, .repeats = true};
  for (int i = 0; i < intervals; ++i) {
    series.rate_per_s.push_back(base + amplitude * std::sin(frequency * (i + 0.5) * series.interval_s));
  }
  return series;
}

}  // namespace

TEST_CASE("a sinusoidal rate gives the published mean, amplitude and lag") {
  CHECK(std::abs(mean_busy_sinusoid(30, 20, 5, 1, 0) - 26.153846) < 1e-6);
  CHECK(std::abs(mean_busy_sinusoid(30, 20, 5, 1, 0.5) - 33.541685) < 1e-6);
  double highest = 0;
  double at = 0;
  for (int i = 0; i * 1e-5 < 2 * std::numbers::pi / 5; ++i) {
    const double t = i * 1e-5;
    if (mean_busy_sinusoid(30, 20, 5, 1, t) > highest) {
      highest = mean_busy_sinusoid(30, 20, 5, 1, t);
      at = t;
    }
  }
  CHECK(std::abs(highest - 30 - 3.922323) < 1e-6);
  CHECK(std::abs(at - std::numbers::pi / 10 - 0.27468) < 2e-5);  // after the rate's own maximum
}

TEST_CASE("a series of constant rates comes to the same, and to the base rate times the mean when it is flat") {
  const RateSeries series = sinusoid(30, 20, 5, 20'000);
  CHECK(std::abs(mean_busy(series, exponential(1), 0) - 26.153846) < 1e-5);
  CHECK(std::abs(mean_busy(series, exponential(1), 0.5) - 33.541685) < 1e-5);
  const RateSeries flat{.rate_per_s = {4}};
  for (const Distribution& law : {deterministic(2), erlang(3, 2), hyperexponential(2, 4), lognormal(2, 4)}) {
    CHECK(std::abs(mean_busy(flat, law, 17) - 8) < 1e-9);
  }
}

TEST_CASE("the mean busy follows a step by the law of what is left of a service") {
  const RateSeries step{.rate_per_s = {10, 30}, .interval_s = 100};
  for (const Distribution& law : {deterministic(2), exponential(2), erlang(4, 2), empirical({1.0, 3.0})}) {
    for (const double after : {0.0, 0.7, 2.0, 5.0}) {
      const double expected = 20 + 20 * limited_mean(law, after);
      CHECK(std::abs(mean_busy(step, law, 100 + after) - expected) < 1e-9);
      CHECK(std::abs(mean_busy_since(step, law, 100, 100 + after) - 30 * limited_mean(law, after)) < 1e-9);
    }
  }
  CHECK(rate_at(step, 99.9) == 10);
  CHECK(rate_at(step, 100) == 30);
  CHECK(rate_at(step, 1e6) == 30);
  CHECK(rate_at(step, -5) == 10);
  CHECK(mean_rate(step) == 20);
  CHECK(mean_busy({}, exponential(1), 3) == 0);
}

TEST_CASE("what is busy ahead is those that stay and those that come") {
  const RateSeries flat{.rate_per_s = {20}};
  const Distribution service = exponential(1);
  // Far ahead nobody of now is left: Poisson(20), whose 0.99-quantile is 31.
  CHECK(busy_quantile(flat, service, 500, 0, 100, 0.99) == 31);
  // At once nothing changes.
  CHECK(busy_quantile(flat, service, 17, 0, 0, 0.99) == 17);
  // One service of two seconds, now and nothing arriving: still busy in one second with probability 1/2.
  const RateSeries none{.rate_per_s = {0}};
  CHECK(busy_quantile(none, deterministic(2), 1, 0, 1, 0.49) == 0);
  CHECK(busy_quantile(none, deterministic(2), 1, 0, 1, 0.51) == 1);
}
