#include "planner/simulation/intervals.h"

#include <doctest/doctest.h>

#include <boost/random/normal_distribution.hpp>
#include <cmath>
#include <vector>

#include "planner/simulation/random_streams.h"

using namespace mlplan::planner;

TEST_CASE("a mean's interval is Student's") {
  // 1..5: mean 3, standard error sqrt(2.5 / 5), t(4) at 97.5 % = 2.776445.
  const std::vector<double> values = {1, 2, 3, 4, 5};
  const Interval interval = mean_interval(values);
  CHECK(interval.mean == 3);
  CHECK(interval.n == 5);
  CHECK(std::abs(interval.half_width() - 2.776445 * std::sqrt(0.5)) < 1e-6);
  CHECK(interval.holds(3.5));
  CHECK_FALSE(interval.holds(5));
  CHECK(std::isinf(mean_interval(std::vector<double>{7}).high));
  CHECK(mean_interval({}).n == 0);
}

TEST_CASE("what two series have in common leaves their difference's interval") {
  const std::vector<double> a = {10, 20, 30, 40};
  const std::vector<double> b = {9, 19.5, 29, 38.5};
  const Interval difference = difference_interval(a, b);
  CHECK(std::abs(difference.mean - 1) < 1e-12);
  CHECK(difference.half_width() < 0.7);
}

TEST_CASE("intervals of means and ratios hold the truth as often as they say") {
  pcg64 random = random_stream(9, 0, 0);
  boost::random::normal_distribution<double> normal;
  int mean_held = 0;
  int ratio_held = 0;
  constexpr int kTrials = 4'000;
  for (int trial = 0; trial < kTrials; ++trial) {
    std::vector<double> above;
    std::vector<double> below;
    for (int i = 0; i < 10; ++i) {
      below.push_back(100 + 10 * normal(random));
      above.push_back(2 * below.back() + 15 * normal(random));
    }
    mean_held += mean_interval(below, 0.9).holds(100);
    ratio_held += ratio_interval(above, below, 0.9).holds(2);
  }
  const double tolerance = 4 * std::sqrt(kTrials * 0.9 * 0.1);
  CHECK(std::abs(mean_held - 0.9 * kTrials) < tolerance);
  CHECK(std::abs(ratio_held - 0.9 * kTrials) < tolerance);
}

TEST_CASE("batch means weigh stretches by their requests") {
  std::vector<TimelinePoint> timeline(4);
  const double waits[] = {10, 30, 20, 60};
  const std::int64_t counts[] = {10, 20, 10, 20};
  for (std::size_t i = 0; i < 4; ++i) {
    timeline[i].wait_s = waits[i];
    timeline[i].response_s = 2 * waits[i];
    timeline[i].completed = counts[i];
  }
  const Interval wait = batch_means(timeline, 2, RequestMean::wait);
  CHECK(wait.mean == 2);
  CHECK(wait.n == 2);
  // The stretches' sums 40 and 80 at 30 each: 20 off the ratio's 60.
  CHECK(std::abs(wait.half_width() - 12.7062 * std::sqrt(2 * 400 * 2.0) / 60) < 1e-3);
  CHECK(batch_means(timeline, 4, RequestMean::response).mean == 4);
  CHECK(batch_means({}, 4, RequestMean::response).n == 0);
}
