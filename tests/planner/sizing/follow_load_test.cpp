#include "planner/sizing/follow_load.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "planner/sizing/screen.h"
#include "tests/planner/sizing/example_report.h"

using namespace mlplan;
using namespace mlplan::planner;
using examples::candidate_of;
using examples::instance_type;
using examples::kMs;

namespace {

const InstanceType kType = instance_type("a", 2, 8, 1);
const std::vector<LatencyObjective> kObjectives = {{0.95, 300 * kMs}};

Candidate slow_worker() { return candidate_of(kType, 1, empirical({0.08, 0.09, 0.1, 0.11, 0.12})); }

// 5 minutes a step.
Demand series(std::vector<double> rates) {
  Demand demand{.kind = "series", .rates = {.rate_per_s = std::move(rates), .interval_s = 300}};
  demand.span_s = static_cast<double>(demand.rates.rate_per_s.size()) * 300;
  demand.mean_per_s = mean_rate(demand.rates);
  demand.peak_per_s = std::ranges::max(demand.rates.rate_per_s);
  return demand;
}

FollowSettings ten_each() {
  return {.rates = {10, 20, 30, 40, 50, 60}, .capacity_per_s = 20, .hold_s = 60, .highest = 1000};
}

}  // namespace

TEST_CASE("rates of the table rise with the count, and the sized fleet serves the highest rate") {
  for (const std::int64_t instances : {1, 2, 7, 40}) {
    for (const double short_of : {0.0, 0.5}) {
      const Candidate candidate = slow_worker();
      const Screen screen(candidate, kObjectives);
      double peak = 1;  // that the formulas give to so many
      while (screen.instances_for(peak * 1.02).value() <= instances) peak *= 1.02;
      for (const double by_simulation : {0.8, 1.0}) {  // and the simulator
        const Sized sized{
            .candidate = candidate, .instances = instances, .exact = static_cast<double>(instances) - short_of};
        const std::vector<double> rates = rates_for_instances(sized, by_simulation * peak, kObjectives);
        CAPTURE(instances);
        CAPTURE(short_of);
        CAPTURE(by_simulation);
        REQUIRE(rates.size() > static_cast<std::size_t>(instances));
        CHECK(std::ranges::is_sorted(rates));
        CHECK(rates.front() > 0);
        CHECK(instances_for(rates, by_simulation * peak) == instances);
        // One more serves more, so that the table goes on beyond its end.
        CHECK(rates.back() > rates[rates.size() - 2]);
        CHECK(instances_for(rates, 2 * by_simulation * peak) > instances);
      }
    }
  }
}

TEST_CASE("a table of hundreds of instances rises by about as much each") {
  const Candidate candidate = slow_worker();
  const Sized sized{.candidate = candidate, .instances = 700, .exact = 700};
  const std::vector<double> rates = rates_for_instances(sized, 6500, kObjectives);
  REQUIRE(rates.size() > 700);
  CHECK(instances_for(rates, 6500) == 700);
  for (std::size_t i = 1; i < rates.size(); ++i) {
    CHECK(rates[i] - rates[i - 1] > 7);
    CHECK(rates[i] - rates[i - 1] < 13);
  }
}

TEST_CASE("instances ordered are the table's at even arrivals, the mean over all of the traffic") {
  const Demand demand = series({15, 15, 15, 35, 35, 35});
  // Two at 15 a second, four at 35: half and half but for the edges.
  CHECK(mean_ordered(ten_each(), demand) == doctest::Approx(3).epsilon(0.03));
  FollowSettings spare = ten_each();
  spare.spares = 2;
  CHECK(mean_ordered(spare, demand) == doctest::Approx(mean_ordered(ten_each(), demand) + 2));
  spare.lowest = 9;
  CHECK(mean_ordered(spare, demand) == 9);
}

TEST_CASE("instances ordered over windows count by their weight, without warm-up") {
  const Demand demand = series({15, 15, 15, 35, 35, 35});
  std::vector<Window> windows(2);
  windows[0].from_s = 0;
  windows[0].warm_up_s = 100;
  windows[0].counted_s = 200;
  windows[1].from_s = 900;
  windows[1].warm_up_s = 200;
  windows[1].counted_s = 200;
  CHECK(mean_ordered(ten_each(), demand, windows) == doctest::Approx(3));
  windows[0].weight = 3;
  CHECK(mean_ordered(ten_each(), demand, windows) == doctest::Approx(2.5));
}

TEST_CASE("instances ordered for a trace are those of its requests") {
  Demand demand = series({15, 35});
  for (double at = 0; at < 300; at += 1.0 / 15) demand.arrivals.push_back(at);
  for (double at = 300; at < 600; at += 1.0 / 35) demand.arrivals.push_back(at);
  CHECK(mean_ordered(ten_each(), demand) == doctest::Approx(mean_ordered(ten_each(), series({15, 35}))).epsilon(0.01));
}

TEST_CASE("gaps of the traffic are not taken for time without requests") {
  Demand demand = series({35, 35, 0, 0, 35, 35});
  demand.gaps = {false, false, true, true, false, false};
  CHECK(mean_ordered(ten_each(), demand) == doctest::Approx(4).epsilon(0.03));
}

TEST_CASE("a fleet begins with what its first rate asks for, and a forecast at its window's time") {
  FollowSettings settings = ten_each();
  settings.spares = 1;
  settings.forecast = mlplan::planner::RateSeries{.rate_per_s = {5, 5, 45, 5}, .interval_s = 300};
  const Scaling scaling = follow_scaling(settings);
  Window window;
  window.from_s = 600;
  window.first_rate_per_s = 25;
  CHECK(scaling.initial_instances(window) == 4);
  CHECK(scaling.policy(window)->decide({.time_s = 5}).desired == 6);
  window.from_s = 0;
  CHECK(scaling.policy(window)->decide({.time_s = 5}).desired == 2);
  settings.highest = 3;
  CHECK(follow_scaling(settings).initial_instances(window) == 3);
}

TEST_CASE("the fewest spares are those that a scan finds, from any guess") {
  Candidate candidate = slow_worker();
  candidate.load_s = std::make_shared<const Distribution>(deterministic(40));
  const Demand demand = series({10, 70, 15});
  FollowSettings policy{.rates = {4, 11, 19, 27, 35, 43, 51, 60, 68, 76, 85, 94}, .capacity_per_s = 10};
  const std::vector<Window> windows =
      windows_of(demand, {.warm_up_s = 100, .counted_s = 300, .requests = 1e6, .horizon_s = 60});
  const Effort effort{.fewest_replications = 2, .most_replications = 4};
  const Objectives objectives = {{{0.9, 1000 * kMs}}, 0.02};
  std::optional<std::int64_t> expected;
  for (std::int64_t spares = 0; spares <= 20 && !expected; ++spares) {
    policy.spares = spares;
    if (judge({candidate, follow_scaling(policy)}, windows, objectives, effort, 5).kept) expected = spares;
  }
  REQUIRE(expected);
  CHECK(*expected > 1);
  for (const std::int64_t guess : {std::int64_t{0}, *expected, std::int64_t{20}}) {
    const std::optional<Followed> followed =
        fewest_spares(candidate, policy, {0, guess, 20}, windows, objectives, effort, 5);
    REQUIRE(followed);
    CHECK(followed->policy.spares == *expected);
    CHECK(followed->judged.kept);
    CHECK(followed->tried.contains(*expected - 1));
  }
  CHECK_FALSE(fewest_spares(candidate, policy, {0, 0, *expected - 1}, windows, objectives, effort, 5));
  CHECK(fewest_spares(candidate, policy, {*expected + 2, 0, 20}, windows, objectives, effort, 5)->policy.spares ==
        *expected + 2);
}

TEST_CASE("spares that are stopped are started from the pool, and cost apart from what runs") {
  FollowSettings policy = ten_each();
  policy.stopped = 2;
  policy.stopped_ready_in_s = 5;
  Candidate candidate = slow_worker();
  candidate.load_s = std::make_shared<const Distribution>(deterministic(40));
  const Demand demand = series({10, 10, 10, 10});
  const std::vector<Window> windows = windows_of(demand, {.warm_up_s = 60, .counted_s = 300, .requests = 1e6});
  const std::vector<LatencyObjective> objectives = {{0.9, 1000 * kMs}};
  TrialResult stopped;
  run_trial({candidate, follow_scaling(policy)}, {&windows, &objectives, 5}, 0, 1, stopped);
  policy.stopped = 0;
  TrialResult none;
  run_trial({candidate, follow_scaling(policy)}, {&windows, &objectives, 5}, 0, 1, none);
  CHECK(stopped.stopped() == doctest::Approx(2).epsilon(0.1));
  CHECK(none.stopped() == 0);
  CHECK(stopped.instances().mean < none.instances().mean + 1);
}

TEST_CASE("the fewest stopped spares are those that a scan finds, and less than none of them miss") {
  Candidate candidate = slow_worker();
  candidate.load_s = std::make_shared<const Distribution>(deterministic(40));
  const Demand demand = series({10, 70, 15});
  FollowSettings policy{.rates = {4, 11, 19, 27, 35, 43, 51, 60, 68, 76, 85, 94},
                        .spares = 2,
                        .stopped_ready_in_s = 5,
                        .capacity_per_s = 10};
  const std::vector<Window> windows =
      windows_of(demand, {.warm_up_s = 100, .counted_s = 300, .requests = 1e6, .horizon_s = 60});
  const Effort effort{.fewest_replications = 2, .most_replications = 4};
  const Objectives objectives = {{{0.9, 1000 * kMs}}, 0.05};
  std::optional<std::int64_t> expected;
  for (std::int64_t stopped = 0; stopped <= 20 && !expected; ++stopped) {
    policy.stopped = stopped;
    if (judge({candidate, follow_scaling(policy)}, windows, objectives, effort, 5).kept) expected = stopped;
  }
  REQUIRE(expected);
  CHECK(*expected > 0);
  const std::optional<Followed> followed =
      fewest_stopped(candidate, policy, {0, 1, 20}, windows, objectives, effort, 5);
  REQUIRE(followed);
  CHECK(followed->policy.stopped == *expected);
  CHECK(followed->policy.spares == 2);
  CHECK_FALSE(fewest_stopped(candidate, policy, {0, 0, *expected - 1}, windows, objectives, effort, 5));
}
