#include "planner/pool/growth.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <string>

#include "planner/simulation/random_streams.h"
#include "profiles/arrivals.h"
#include "profiles/traffic_csv.h"
#include "tests/shared_data.h"

using namespace mlplan;
using namespace mlplan::planner;

namespace {

NeedSeries random_needs(std::mt19937& random, int steps, bool gaps, bool repeats) {
  NeedSeries series{.step_s = 60, .repeats = repeats};
  for (int i = 0; i < steps; ++i) {
    const auto need = static_cast<std::int64_t>(random() % 9);
    series.needs.push_back(gaps && random() % 12 == 0 ? -1 : need);
  }
  return series;
}

// Every eighth of a step on its own, by looking at all that lies within the horizon.
std::map<std::int64_t, double> growth_by_looking(const NeedSeries& series, int eighths) {
  std::map<std::int64_t, double> seconds;
  const int steps = static_cast<int>(series.needs.size());
  for (int at = 0; at < 8 * steps; ++at) {
    const std::int64_t now = series.needs[static_cast<std::size_t>(at / 8)];
    std::int64_t most = now;
    bool known = now >= 0;
    for (int step = at / 8; step <= (at + eighths) / 8; ++step) {
      if (step >= steps && !series.repeats) {
        known = false;
        break;
      }
      const std::int64_t need = series.needs[static_cast<std::size_t>(step % steps)];
      known = known && need >= 0;
      most = std::max(most, need);
    }
    if (known) seconds[most - now] += series.step_s / 8;
  }
  return seconds;
}

// Requests that are served at once for `service_s` each: the most at once in every second.
NeedSeries busy_by_second(const std::vector<double>& arrivals, double service_s, double span_s) {
  std::vector<std::pair<double, int>> changes;
  for (const double at : arrivals) {
    changes.emplace_back(at, 1);
    changes.emplace_back(at + service_s, -1);
  }
  std::ranges::sort(changes);
  NeedSeries series{.step_s = 1};
  std::int64_t busy = 0;
  std::size_t next = 0;
  for (double end = 1; end <= span_s; ++end) {
    std::int64_t most = busy;
    for (; next < changes.size() && changes[next].first < end; ++next) {
      busy += changes[next].second;
      most = std::max(most, busy);
    }
    series.needs.push_back(most);
  }
  return series;
}

}  // namespace

TEST_CASE("growth within a horizon is what looking at every moment finds, with gaps and around the end of a day") {
  std::mt19937 random(5);
  for (int turn = 0; turn < 200; ++turn) {
    const NeedSeries series = random_needs(random, 1 + turn % 40, turn % 3 == 1, turn % 2 == 1);
    const int eighths = 1 + static_cast<int>(random() % 100);
    if (series.repeats && eighths > 8 * static_cast<int>(series.needs.size())) continue;
    CAPTURE(turn);
    CAPTURE(eighths);
    const Growth growth = growth_within(series, eighths * series.step_s / 8);
    const auto expected = growth_by_looking(series, eighths);
    std::map<std::int64_t, double> found;
    for (const GrowthLaw::Share& share : growth.all.shares) found[share.growth] = share.seconds;
    REQUIRE(found.size() == expected.size());
    for (const auto& [value, seconds] : expected) CHECK(std::abs(found[value] - seconds) < 1e-6);
  }
}

TEST_CASE("a horizon shorter than a step sees the next step for its share of the time") {
  const NeedSeries series{.needs = {1, 4, 4, 2}, .step_s = 3600};
  const Growth growth = growth_within(series, 360);
  // Known are three steps and nine tenths of the last; a tenth of the first sees the jump of 3.
  CHECK(std::abs(growth.all.seconds - 3.9 * 3600) < 1e-6);
  CHECK(std::abs(growth.all.share_above(0) - 0.1 / 3.9) < 1e-9);
  CHECK(growth.all.share_above(3) == 0);
  CHECK(growth.all.quantile(0.97) == 0);
  CHECK(growth.all.quantile(0.98) == 3);
  // Its windows are whole steps: what lies within one is not known.
  CHECK(growth.window_s == 3600);
  CHECK(growth.all.windows == std::vector<std::int64_t>{0, 0, 3});
}

TEST_CASE("start-ups of several lengths each count by their share") {
  const NeedSeries series{.needs = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, .step_s = 10};
  const Growth growth = growth_within(series, empirical({5, 25}), 5);
  CHECK(growth.horizon_s == 20);
  REQUIRE(growth.all.shares.size() == 2);
  CHECK(growth.all.shares[0].growth == 1);
  CHECK(std::abs(growth.all.shares[0].seconds - 0.5 * 90) < 1e-9);
  CHECK(growth.all.shares[1].growth == 3);
  CHECK(std::abs(growth.all.shares[1].seconds - 0.5 * 70) < 1e-9);
  // Windows of one and three steps in turn: 0-1, 1-4, 4-5, 5-8, 8-9.
  CHECK(growth.all.windows == std::vector<std::int64_t>{1, 1, 1, 3, 3});
}

TEST_CASE("windows begin anew behind a gap") {
  const NeedSeries series{.needs = {1, 2, -1, 5, 9, 9, 9}, .step_s = 10};
  CHECK(growth_within(series, 20).all.windows == std::vector<std::int64_t>{4});
}

TEST_CASE("where nothing is known growth says so and has no bound") {
  for (const Growth& growth : {growth_within({}, 60), growth_within({.needs = {3}}, 0),
                               growth_within({.needs = {3, 4}}, 600), growth_within({.needs = {-1, -1, -1}}, 60)}) {
    CHECK(growth.all.seconds == 0);
    CHECK(growth.all.share_above(100) == 1);
    CHECK(growth.all.quantile(0.9) == 0);
    CHECK_FALSE(growth.all.upper_bound(0.5, 0.5));
  }
}

TEST_CASE("a bound needs as many windows as the published numbers, and one fewer does not carry it") {
  CHECK(windows_needed(0.95, 0.95) == 59);
  CHECK(windows_needed(0.99, 0.95) == 299);
  CHECK(windows_needed(0.999, 0.95) == 2995);
  CHECK(windows_needed(0.5, 0.75) == 2);
  for (const double q : {0.9, 0.95, 0.99}) {
    GrowthLaw law;
    for (std::int64_t i = 0; i < windows_needed(q, 0.95) - 1; ++i) law.windows.push_back(i);
    CHECK_FALSE(law.upper_bound(q, 0.95));
    law.windows.push_back(1000);
    CHECK(law.upper_bound(q, 0.95) == 1000);
  }
}

TEST_CASE("the bound of a quantile lies above it as often as it says, and is the lowest rank that does") {
  pcg64 random = random_stream(11, 0, 0);
  for (const auto& [n, q] : {std::pair{100, 0.9}, {400, 0.95}, {60, 0.5}}) {
    int above = 0;
    int above_one_lower = 0;
    const int runs = 4000;
    for (int run = 0; run < runs; ++run) {
      GrowthLaw law;
      for (int i = 0; i < n; ++i) law.windows.push_back(static_cast<std::int64_t>(random() % 1'000'000));
      std::ranges::sort(law.windows);
      const auto bound = law.upper_bound(q, 0.95);
      REQUIRE(bound);
      above += static_cast<double>(*bound) >= q * 1e6;
      const auto rank = std::ranges::lower_bound(law.windows, *bound) - law.windows.begin();
      above_one_lower += static_cast<double>(law.windows[static_cast<std::size_t>(rank - 1)]) >= q * 1e6;
    }
    CHECK(above >= 0.95 * runs - 3 * std::sqrt(0.05 * 0.95 * runs));
    CHECK(above_one_lower < 0.95 * runs + 3 * std::sqrt(0.05 * 0.95 * runs));
  }
}

TEST_CASE("each hour of the day has a law of its own once there are two days") {
  NeedSeries series{.step_s = 900, .starts_at_unix_s = 86'400.0 * 100 + 6 * 3600};
  for (int step = 0; step < 2 * 96; ++step) {
    const int hour = (6 + step / 4) % 24;
    series.needs.push_back(hour == 9 ? 7 : 2);
  }
  const Growth growth = growth_within(series, 900);
  REQUIRE(growth.by_hour.size() == 24);
  CHECK(growth.by_hour[8].quantile(0.75) == 0);
  CHECK(growth.by_hour[8].quantile(0.76) == 5);
  CHECK(growth.by_hour[9].share_above(0) == 0);
  CHECK(growth.by_hour[8].windows.size() == 8);
  double seconds = 0;
  for (const GrowthLaw& law : growth.by_hour) seconds += law.seconds;
  CHECK(std::abs(seconds - growth.all.seconds) < 1e-6);

  series.needs.pop_back();
  CHECK(growth_within(series, 900).by_hour.empty());
  series.repeats = true;  // a day's curve is known for every day
  CHECK(growth_within(series, 900).by_hour.size() == 24);
  series.starts_at_unix_s.reset();
  CHECK(growth_within(series, 900).by_hour.empty());
}

TEST_CASE("bursty traffic grows by hundreds within a minute where Poisson traffic of the same rate grows by twenty") {
  const auto path = tests::shared_data("AzureLLMInferenceTrace_code.csv");
  if (!path) return;
  auto reader = ArrivalReader::open(*path);
  REQUIRE(reader);
  std::vector<double> arrivals;
  Arrival arrival;
  for (auto more = reader->next(arrival); more && *more; more = reader->next(arrival)) arrivals.push_back(arrival.at_s);
  REQUIRE(arrivals.size() == 8819);
  const double span = arrivals.back();
  const double service = 20 * span / static_cast<double>(arrivals.size());  // 20 busy on average

  pcg64 random = random_stream(3, 0, 0);
  std::exponential_distribution<double> gap(static_cast<double>(arrivals.size()) / span);
  std::vector<double> poisson;
  for (double at = gap(random); at < span; at += gap(random)) poisson.push_back(at);

  const NeedSeries trace = busy_by_second(arrivals, service, span);
  const NeedSeries even = busy_by_second(poisson, service, span);
  for (const auto& [horizon, expected] : {std::pair{10.0, 113}, {30.0, 237}, {60.0, 350}, {300.0, 350}}) {
    CAPTURE(horizon);
    const std::int64_t found = growth_within(trace, horizon).all.quantile(0.99);
    CHECK(std::abs(static_cast<double>(found - expected)) <= 0.04 * expected);
  }
  const std::int64_t of_poisson = growth_within(even, 60).all.quantile(0.99);
  CHECK(of_poisson >= 18);
  CHECK(of_poisson <= 25);
  // An hour has 57 windows of a minute: enough for a p95 at 94 % confidence, not for a p99.
  const GrowthLaw law = growth_within(trace, 60).all;
  CHECK(law.windows.size() == 57);
  CHECK_FALSE(law.upper_bound(0.99, 0.95));
  CHECK(law.upper_bound(0.95, 0.94));
}

TEST_CASE("a bound from one week holds in the next where traffic stayed as it was, not where it grew by a fifth") {
  struct Series {
    std::string file;
    std::string model;  // of those in the file
    std::int64_t p95;   // bounds
    std::int64_t p99;
    bool grew;
  };
  for (const Series& row : {Series{"NAB_elb_request_count_8c0756.csv", "", 41, 67, false},
                            {"servegen_aggregate_rate_10min.csv", "language/m-large", 5, 14, false},
                            {"servegen_aggregate_rate_10min.csv", "language/m-mid", 3, 9, true},
                            {"servegen_aggregate_rate_10min.csv", "language/m-small", 2, 7, true}}) {
    CAPTURE(row.file);
    CAPTURE(row.model);
    const auto path = tests::shared_data(row.file);
    if (!path) return;
    TrafficColumns columns;
    if (!row.model.empty()) {
      columns.select = "model";
      columns.selected = row.model;
    }
    const auto traffic = read_traffic_file(*path, columns);
    REQUIRE(traffic);
    const mlplan::RateSeries rates = rates_of(*traffic);
    const double of_one = mean_per_s(*traffic) / 20;
    NeedSeries first{.step_s = rates.step_s};
    NeedSeries second = first;
    double sum_first = 0;
    double sum_second = 0;
    for (std::size_t i = 0; i < rates.per_s.size(); ++i) {
      const double rate = rates.per_s[i];
      NeedSeries& week = i < rates.per_s.size() / 2 ? first : second;
      week.needs.push_back(std::isnan(rate) ? -1 : std::max<std::int64_t>(1, std::llround(std::ceil(rate / of_one))));
      if (!std::isnan(rate)) (&week == &first ? sum_first : sum_second) += rate;
    }
    CHECK((sum_second > 1.2 * sum_first) == row.grew);
    const GrowthLaw seen = growth_within(first, rates.step_s).all;
    const GrowthLaw met = growth_within(second, rates.step_s).all;
    CHECK(seen.upper_bound(0.95, 0.95) == row.p95);
    CHECK(seen.upper_bound(0.99, 0.95) == row.p99);
    CHECK((met.share_above(row.p95) > 0.05) == row.grew);
    CHECK((met.share_above(row.p99) > 0.01) == row.grew);
  }
}
