#include "planner/sizing/demand.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace mlplan;
using namespace mlplan::planner;

namespace {

template <class Shape>
Traffic traffic_of(Shape shape) {
  Traffic traffic;
  traffic.shape = std::move(shape);
  traffic.source = "traffic.csv";
  return traffic;
}

mlplan::RateSeries rates_every(double step_s, std::vector<double> rates) {
  mlplan::RateSeries out;
  out.step_s = step_s;
  out.per_s = std::move(rates);
  return out;
}

template <class Shape>
Demand demand_from(Shape shape, std::vector<double> arrivals = {}, double shortest_step_s = 1) {
  Result<Demand> demand = demand_of(traffic_of(std::move(shape)), std::move(arrivals), {}, shortest_step_s);
  REQUIRE(demand);
  return std::move(*demand);
}

Demand series(std::vector<double> rates, double step_s) { return demand_from(rates_every(step_s, std::move(rates))); }

// Rates that rise and fall without order: 10 to 90 a second.
std::vector<double> rough(std::size_t count) {
  std::vector<double> rates;
  for (std::size_t i = 0; i < count; ++i) rates.push_back(10 + static_cast<double>((i * i * 7 + i * 13) % 81));
  return rates;
}

// Expected requests of the counted part, from the rates the simulator is given.
double counted_requests(const Window& window) {
  const auto& arrivals = std::get<RateArrivals>(window.arrivals);
  double sum = 0;
  constexpr int kParts = 20'000;
  for (int i = 0; i < kParts; ++i)
    sum += rate_at(arrivals.series, window.warm_up_s + window.counted_s * (i + 0.5) / kParts);
  return sum * window.counted_s / kParts;
}

}  // namespace

TEST_CASE("each shape of traffic becomes rates with a mean, a peak and a span") {
  const Demand constant = demand_from(ConstantRate{.per_s = 7});
  CHECK(constant.kind == "constant");
  CHECK_FALSE(constant.varies());
  CHECK(constant.mean_per_s == 7);
  CHECK(constant.peak_per_s == 7);
  CHECK(constant.span_s == 0);

  const Result<DiurnalRate> day = diurnal_of_peak(10, 30, 15);
  REQUIRE(day);
  const Demand diurnal = demand_from(*day);
  CHECK(diurnal.kind == "diurnal");
  CHECK(diurnal.rates.repeats);
  CHECK(diurnal.span_s == 86400);
  CHECK(diurnal.mean_per_s == doctest::Approx(10));
  CHECK(diurnal.peak_per_s == doctest::Approx(30));

  const Demand gappy = series({5, std::nan(""), 15}, 60);
  CHECK(gappy.kind == "series");
  CHECK(gappy.mean_per_s == doctest::Approx(10));
  CHECK(gappy.peak_per_s == 15);
  CHECK(gappy.span_s == 180);
  CHECK_FALSE(gappy.is_gap(0));
  CHECK(gappy.is_gap(1));
}

TEST_CASE("traffic that never comes is refused with its source") {
  const Result<Demand> nothing = demand_of(traffic_of(rates_every(60, {0, std::nan(""), 0})), {}, {}, 1);
  REQUIRE_FALSE(nothing);
  CHECK(nothing.error().kind == ErrorKind::bad_input);
  CHECK(nothing.error().where == "traffic.csv");
}

TEST_CASE("a trace's peak is over steps of at least the shortest") {
  RequestTrace trace;
  trace.rates = rates_every(0.125, std::vector<double>(16, 8));  // one in each eighth of a second
  trace.rates.per_s[3] = 80;
  trace.span_s = 2;
  const Demand demand = demand_from(trace, {0.1, 1.9});
  CHECK(demand.kind == "trace");
  REQUIRE(demand.rates.rate_per_s.size() == 2);
  CHECK(demand.peak_per_s == doctest::Approx((7 * 8 + 80) / 8.0));
  CHECK(demand.rates.interval_s == 1);
  CHECK(demand_from(trace, {}, 0.1).peak_per_s == 80);
}

TEST_CASE("a constant is one window as long as the limit of requests, a tenth of it warm-up") {
  const Demand demand = demand_from(ConstantRate{.per_s = 5});
  const std::vector<Window> windows = windows_of(demand, {.requests = 1000});
  REQUIRE(windows.size() == 1);
  CHECK(windows[0].warm_up_s == doctest::Approx(20));
  CHECK(windows[0].counted_s == doctest::Approx(180));
  CHECK(windows[0].requests == doctest::Approx(1000));
  CHECK(windows[0].first_rate_per_s == doctest::Approx(5));
}

TEST_CASE("traffic within the limit is played from beginning to end") {
  const Demand demand = series(rough(30), 60);
  const std::vector<Window> windows = windows_of(demand, {.warm_up_s = 120, .requests = 1e6});
  REQUIRE(windows.size() == 1);
  CHECK(windows[0].from_s == 0);
  CHECK(windows[0].warm_up_s == 120);
  CHECK(windows[0].counted_s == 30 * 60 - 120);
  CHECK(std::get<RateArrivals>(windows[0].arrivals).series.rate_per_s == demand.rates.rate_per_s);
}

TEST_CASE("windows hold the traffic's rates at their own time, also where they begin within a step") {
  const Demand demand = series(rough(300), 100);
  for (const double warm_up : {0.0, 130.0, 217.3}) {
    const std::vector<Window> windows =
        windows_of(demand, {.warm_up_s = warm_up, .counted_s = 250, .requests = 1e5, .horizon_s = 40});
    REQUIRE(windows.size() > 2);
    for (const Window& window : windows) {
      CHECK(window.from_s >= 0);
      CHECK(window.from_s + window.warm_up_s + window.counted_s <= demand.span_s + 1e-6);
      CHECK(window.warm_up_s >= std::min(warm_up, window.from_s + window.warm_up_s) - 1e-6);
      const auto& arrivals = std::get<RateArrivals>(window.arrivals);
      double requests = 0;
      const double length = window.warm_up_s + window.counted_s;
      for (double at = 0.05; at < length; at += 0.1) {
        const double rate = rate_at(demand.rates, window.from_s + at);
        requests += 0.1 * rate;
        // Steps of the window are whole parts of the series'.
        const double to_edge = std::abs(std::remainder(window.from_s + at, demand.rates.interval_s));
        if (to_edge > 0.1 && rate_at(arrivals.series, at) != rate) FAIL("not the rate of the traffic at " << at);
      }
      CHECK(window.requests == doctest::Approx(requests).epsilon(0.005));
    }
  }
}

TEST_CASE("weighted by what they stand for, windows estimate all of the traffic without bias") {
  // 240 stretches of 250 s: those counted are a multiple of the span.
  const Demand demand = series(rough(600), 100);
  const double all = demand.mean_per_s * demand.span_s;
  constexpr int kSeeds = 400;
  double requests = 0;
  double squares = 0;
  double stretches = 0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const std::vector<Window> windows =
        windows_of(demand, {.warm_up_s = 100, .counted_s = 250, .requests = 2e5, .horizon_s = 40, .seed = seed});
    double estimate = 0;
    for (const Window& window : windows) {
      CHECK(window.counted_s == 250);
      // 2.5 steps: whole ones and a half, by the rates themselves.
      double counted = 0;
      for (int k = 0; k < 10; ++k)
        counted += 25 * rate_at(demand.rates, window.from_s + window.warm_up_s + 25 * k + 12.5);
      estimate += window.weight * counted;
      stretches += window.weight / kSeeds;
    }
    requests += estimate / kSeeds;
    squares += estimate * estimate / kSeeds;
  }
  const double error = std::sqrt((squares - requests * requests) / kSeeds);
  CHECK(error < 0.02 * all);
  CHECK(std::abs(requests - all) < 4 * error + 1e-6 * all);
  CHECK(stretches == doctest::Approx(240).epsilon(0.05));
}

TEST_CASE("the highest rate and the steepest growth are always among the windows, for themselves alone") {
  std::vector<double> rates = rough(600);
  rates[100] = 150;  // highest, reached in two steps
  rates[99] = 100;
  rates[401] = 120;  // steepest
  rates[400] = 2;
  const Demand demand = series(rates, 100);
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const std::vector<Window> windows =
        windows_of(demand, {.warm_up_s = 100, .counted_s = 250, .requests = 4e5, .horizon_s = 40, .seed = seed});
    const auto holds = [&](double time, const char* why) {
      return std::ranges::any_of(windows, [&](const Window& window) {
        const double from = window.from_s + window.warm_up_s;
        return window.why == why && window.weight == 1 && from <= time && time < from + window.counted_s;
      });
    };
    CHECK(holds(10'050, "highest rate"));
    CHECK(holds(40'100, "steepest growth"));
    CHECK(std::ranges::is_sorted(windows, {}, &Window::from_s));
  }
}

TEST_CASE("windows stay near the limit of requests") {
  const Demand demand = series(rough(2000), 100);
  for (const double limit : {3e4, 1e5, 5e5}) {
    const std::vector<Window> windows =
        windows_of(demand, {.warm_up_s = 100, .counted_s = 1800, .requests = limit, .horizon_s = 40});
    double requests = 0;
    for (const Window& window : windows) requests += window.requests;
    CHECK(requests < 1.5 * limit + 4 * 90 * 240);  // four windows at least, of the shortest that is useful
    CHECK(windows.size() >= 4);
  }
}

TEST_CASE("gaps are not counted in any window") {
  std::vector<double> rates = rough(600);
  for (std::size_t i = 200; i < 330; ++i) rates[i] = std::nan("");
  const Demand demand = series(rates, 100);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    for (const Window& window :
         windows_of(demand, {.warm_up_s = 100, .counted_s = 250, .requests = 2e5, .horizon_s = 40, .seed = seed})) {
      const double from = window.from_s + window.warm_up_s;
      const bool apart = from + window.counted_s <= 20'000 || from >= 33'000;
      CHECK(apart);
    }
  }
}

TEST_CASE("a window of a day may begin on the day before") {
  const Result<DiurnalRate> day = diurnal_of_peak(10, 30, 0);
  REQUIRE(day);
  const Demand demand = demand_from(*day);
  const Window busiest = busiest_window(demand, {.requests = 1e5});
  CHECK(busiest.from_s < busiest.warm_up_s + busiest.from_s);
  const double middle = busiest.from_s + busiest.warm_up_s + busiest.counted_s / 2;
  CHECK(rate_at(demand.rates, middle) == doctest::Approx(30));
  for (const Window& window : windows_of(demand, {.warm_up_s = 600, .requests = 1e5})) {
    CHECK(window.warm_up_s >= 600 - 1e-6);
    const double expected = rate_at(demand.rates, window.from_s + window.warm_up_s + 1);
    CHECK(rate_at(std::get<RateArrivals>(window.arrivals).series, window.warm_up_s + 1) == expected);
  }
}

TEST_CASE("the busiest window holds the steps with the most requests") {
  std::vector<double> rates(100, 10);
  rates[40] = 90;  // a single high step, beside three that hold more together
  rates[70] = rates[71] = rates[72] = 60;
  const Demand demand = series(rates, 100);
  const Window of_one = busiest_window(demand, {.counted_s = 100, .requests = 1e6});
  CHECK(of_one.from_s + of_one.warm_up_s == doctest::Approx(4000));
  CHECK(of_one.counted_s == 100);
  const Window of_three = busiest_window(demand, {.counted_s = 300, .requests = 1e6});
  CHECK(of_three.from_s + of_three.warm_up_s == doctest::Approx(7000));
  CHECK(counted_requests(of_three) == doctest::Approx(180 * 100));
  // The limit of requests makes it shorter, in the middle of the highest step.
  const Window short_one = busiest_window(demand, {.counted_s = 100, .requests = 900});
  CHECK(short_one.counted_s == doctest::Approx(10));
  CHECK(counted_requests(short_one) == doctest::Approx(900));
}

TEST_CASE("a trace is cut exactly: each of its requests that falls into a window, at its own time") {
  std::vector<double> arrivals;
  for (int i = 0; i < 4000; ++i) arrivals.push_back(i * 0.25 + 0.2 * std::sin(i));
  RequestTrace trace;
  trace.requests = 4000;
  trace.span_s = 1000;
  trace.rates.step_s = 1;
  trace.rates.per_s.assign(1000, 0);
  for (const double time : arrivals) trace.rates.per_s[static_cast<std::size_t>(std::max(0.0, time))] += 1;
  for (std::size_t i = 600; i < 620; ++i) trace.rates.per_s[i] += 1e-3;  // the busiest
  const Demand demand = demand_from(trace, arrivals);
  const auto check = [&](const Window& window) {
    const std::vector<double>& times = std::get<ListedArrivals>(window.arrivals).times_s;
    const double end = window.from_s + window.warm_up_s + window.counted_s;
    const auto expected =
        std::ranges::count_if(arrivals, [&](double time) { return window.from_s <= time && time < end; });
    CHECK(static_cast<std::ptrdiff_t>(times.size()) == expected);
    CHECK(std::ranges::is_sorted(times));
    if (!times.empty()) {
      CHECK(times.front() + window.from_s == *std::ranges::lower_bound(arrivals, window.from_s));
      CHECK(times.back() < window.warm_up_s + window.counted_s);
    }
  };
  check(busiest_window(demand, {.counted_s = 20}));
  const std::vector<Window> windows =
      windows_of(demand, {.warm_up_s = 30, .counted_s = 60, .requests = 1000, .horizon_s = 10});
  CHECK(windows.size() > 2);
  for (const Window& window : windows) check(window);
  check(windows_of(demand, {.warm_up_s = 30, .requests = 1e6}).front());
}
