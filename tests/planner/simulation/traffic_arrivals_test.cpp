#include "planner/simulation/traffic_arrivals.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "planner/simulation/random_streams.h"

using namespace mlplan;
using namespace mlplan::planner;

namespace {

constexpr double kGap = std::numeric_limits<double>::quiet_NaN();

Traffic series(std::vector<double> rates, double step_s = 60) {
  Traffic traffic;
  traffic.shape = mlplan::RateSeries{{}, step_s, std::move(rates)};
  return traffic;
}

Traffic constant(double rate) {
  Traffic traffic;
  traffic.shape = ConstantRate{rate};
  return traffic;
}

std::vector<double> times_of(const Arrivals& arrivals, double until) {
  const auto source = make_source(arrivals, random_stream(3, 0, 1));
  std::vector<double> times;
  for (double time[1]; source->fill(time) == 1 && time[0] < until;) times.push_back(time[0]);
  return times;
}

}  // namespace

TEST_CASE("gaps lie on the line between their neighbours, and hold the nearest rate at the ends") {
  const planner::RateSeries played = series_of(series({kGap, 4, kGap, kGap, 10, kGap}));
  CHECK(played.rate_per_s == std::vector<double>{4, 4, 6, 8, 10, 10});
  CHECK(played.interval_s == 60);
  CHECK_FALSE(played.repeats);
}

TEST_CASE("a window takes whole steps, the one it begins in and the one it ends in among them") {
  const Traffic traffic = series({1, 2, 3, 4, 5});
  CHECK(series_of(traffic, {.from_s = 60, .duration_s = 120}).rate_per_s == std::vector<double>{2, 3});
  CHECK(series_of(traffic, {.from_s = 90, .duration_s = 60}).rate_per_s == std::vector<double>{2, 3});
  CHECK(series_of(traffic, {.from_s = 240}).rate_per_s == std::vector<double>{5});
  CHECK(series_of(traffic, {.from_s = 1e9, .duration_s = 1}).rate_per_s == std::vector<double>{5});
  // 0.3 / 0.1 is just below 3.
  CHECK(series_of(series({1, 2, 3, 4, 5}, 0.1), {.from_s = 0.3, .duration_s = 0.1}).rate_per_s ==
        std::vector<double>{4});
}

TEST_CASE("a day repeats, and a window of it begins at that hour") {
  Traffic day;
  std::vector<double> hours(24, 1);
  hours[7] = 25;
  day.shape = *diurnal_of_hours(2, hours);
  const planner::RateSeries played = series_of(day, {.from_s = (24 + 5) * 3600});
  CHECK(played.repeats);
  REQUIRE(played.rate_per_s.size() == 24);
  CHECK(played.rate_per_s[2] == doctest::Approx(25));
  CHECK(rate_at(played, (24 + 2) * 3600 + 1) == doctest::Approx(25));
}

TEST_CASE("arrivals come at the rate, without bursts unless stated or known") {
  const double n = static_cast<double>(times_of(arrivals_of(constant(50)), 400).size());
  CHECK(std::abs(n - 20'000) < 5 * std::sqrt(20'000));
  CHECK(arrivals_of(constant(50)).burst_scv == 0);
  CHECK(arrivals_of(constant(50), {}, Bursts{0.5, 30}).burst_scv == 0.5);
  CHECK(arrivals_of(constant(50), {}, Bursts{0.5, 30}).burst_interval_s == 30);
}

TEST_CASE("the dispersion of a constant rate becomes bursts that have it again") {
  Traffic traffic = constant(10);
  traffic.burstiness.dispersion = {{1, 1.5, 4000}, {60, 31, 500}, {3600, 900, 12}};
  const Bursts bursts = bursts_of(traffic);
  CHECK(bursts.interval_s == 60);
  CHECK(bursts.scv == doctest::Approx(0.05));  // 1 + 10 x 60 x 0.05 = 31
  // Of the counts of 60 s: variance over mean.
  constexpr int kWindows = 4000;
  std::vector<double> counts(kWindows);
  for (const double time : times_of(arrivals_of(traffic), 60.0 * kWindows))
    counts[static_cast<std::size_t>(time / 60)] += 1;
  double sum = 0;
  double squares = 0;
  for (const double count : counts) {
    sum += count;
    squares += count * count;
  }
  const double mean = sum / kWindows;
  CHECK((squares / kWindows - mean * mean) / mean == doctest::Approx(31).epsilon(0.1));
}

TEST_CASE("the dispersion of a series is the rate's own change and makes no bursts") {
  Traffic traffic = series({1, 9, 1, 9});
  traffic.burstiness.dispersion = {{60, 100, 4}};
  CHECK(arrivals_of(traffic).burst_scv == 0);
}

TEST_CASE("what is taken for granted is said") {
  CHECK(arrival_assumptions(series({1, kGap, 3})).size() == 2);
  CHECK(arrival_assumptions(series({1, kGap, 3}))[1].find("1 step") != std::string::npos);
  CHECK(arrival_assumptions(constant(1), Bursts{0.5, 60})[0].find("variance 0.5") != std::string::npos);
  CHECK(arrival_assumptions(constant(1))[0].find("Poisson") != std::string::npos);
}

TEST_CASE("only what was observed has a span") {
  CHECK(span_s(constant(1)) == 0);
  CHECK(span_s(series({1, 2, 3})) == 180);
  CHECK(kind_of(constant(1)) == "constant");
  CHECK(kind_of(series({1})) == "series");
}
