#include "planner/simulation/arrivals.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "planner/simulation/random_streams.h"

using namespace mlplan::planner;

namespace {

std::vector<double> times_until(const Arrivals& arrivals, double end, std::uint64_t seed = 1) {
  const auto source = make_source(arrivals, random_stream(seed, 0, 0));
  std::vector<double> times;
  std::vector<double> chunk(100);
  while (times.empty() || times.back() < end) {
    const std::size_t count = source->fill(chunk);
    times.insert(times.end(), chunk.begin(), chunk.begin() + static_cast<std::ptrdiff_t>(count));
    if (count < chunk.size()) break;
  }
  CHECK(std::is_sorted(times.begin(), times.end()));
  while (!times.empty() && times.back() >= end) times.pop_back();
  return times;
}

struct Counts {
  double mean = 0;
  double dispersion = 0;  // variance / mean
};

Counts counts(const std::vector<double>& times, double interval, double end) {
  std::vector<double> bins(static_cast<std::size_t>(end / interval));
  for (const double t : times) bins[static_cast<std::size_t>(t / interval)] += 1;
  Counts result;
  for (const double n : bins) result.mean += n / static_cast<double>(bins.size());
  double variance = 0;
  for (const double n : bins) variance += (n - result.mean) * (n - result.mean) / static_cast<double>(bins.size() - 1);
  result.dispersion = variance / result.mean;
  return result;
}

}  // namespace

TEST_CASE("Poisson arrivals have the rate, and counts as variable as their mean") {
  const Counts seen = counts(times_until(poisson_arrivals(20), 5'000), 1, 5'000);
  CHECK(std::abs(seen.mean - 20) < 4 * std::sqrt(20.0 / 5'000));
  CHECK(std::abs(seen.dispersion - 1) < 4 * std::sqrt(2.0 / 5'000));
}

TEST_CASE("a series changes the rate at its edges, holds the last one or comes again, and rests where it is 0") {
  const RateSeries series{.rate_per_s = {5, 0, 40}, .interval_s = 100};
  const auto in = [](const std::vector<double>& times, double from, double to) {
    return static_cast<double>(std::lower_bound(times.begin(), times.end(), to) -
                               std::lower_bound(times.begin(), times.end(), from));
  };
  const auto is = [](double count, double mean) { return std::abs(count - mean) < 4 * std::sqrt(mean) + 0.5; };
  const auto once = times_until(RateArrivals{.series = series}, 500);
  CHECK(is(in(once, 0, 100), 500));
  CHECK(in(once, 100, 200) == 0);
  CHECK(is(in(once, 200, 300), 4'000));
  CHECK(is(in(once, 300, 500), 8'000));
  RateSeries daily = series;
  daily.repeats = true;
  const auto again = times_until(RateArrivals{.series = daily}, 600);
  CHECK(is(in(again, 300, 400), 500));
  CHECK(in(again, 400, 500) == 0);
  CHECK(is(in(again, 500, 600), 4'000));
  CHECK(times_until(RateArrivals{.series = {.rate_per_s = {10, 0}, .interval_s = 10}}, 1e9).size() < 200);
  CHECK(times_until(RateArrivals{.series = {.rate_per_s = {0}, .repeats = true}}, 10).empty());
}

TEST_CASE("bursts and groups keep the rate and make counts as variable as they say") {
  const RateArrivals bursts{.series = {.rate_per_s = {20}}, .burst_scv = 0.5, .burst_interval_s = 2};
  const Counts of_bursts = counts(times_until(bursts, 20'000), 2, 20'000);
  CHECK(std::abs(of_bursts.mean / 40 - 1) < 4 * std::sqrt(0.5 / 10'000));
  CHECK(std::abs(of_bursts.dispersion / (1 + 40 * 0.5) - 1) < 0.1);

  const RateArrivals groups{.series = {.rate_per_s = {20}}, .mean_group = 5};
  const Counts of_groups = counts(times_until(groups, 20'000), 10, 20'000);
  CHECK(std::abs(of_groups.mean / 200 - 1) < 0.02);
  CHECK(std::abs(of_groups.dispersion / (2 * 5 - 1) - 1) < 0.12);  // E[size^2] / E[size] of a geometric size
}

TEST_CASE("renewals have the law between them, lists and streams are what they are") {
  const auto even = times_until(RenewalArrivals{deterministic(0.5)}, 100);
  CHECK(even.size() == 199);
  const auto uneven = times_until(RenewalArrivals{hyperexponential(0.1, 4)}, 20'000);
  CHECK(std::abs(static_cast<double>(uneven.size()) / 200'000 - 1) < 0.02);
  CHECK(std::abs(counts(uneven, 50, 20'000).dispersion / 4 - 1) < 0.3);

  const std::vector<double> list = {0, 1, 1, 2.5};
  CHECK(times_until(ListedArrivals{list}, 10) == list);

  class Every final : public ArrivalSource {
   public:
    std::size_t fill(std::span<double> times) override {
      std::size_t count = 0;
      for (; count < times.size() && next_ < 250; ++count) times[count] = next_++;
      return count;
    }

   private:
    int next_ = 0;
  };
  CHECK(times_until(StreamedArrivals{[] { return std::make_unique<Every>(); }}, 1e9).size() == 250);
}
