// The simulator against exact results, by coverage: see coverage.h. Run lengths are in requests per run; they grow with
// the utilisation, since a busy queue forgets slowly.
#include <doctest/doctest.h>

#include <cmath>
#include <numbers>
#include <vector>

#include "planner/policies/fixed.h"
#include "planner/policies/spare.h"
#include "planner/queueing/batch_bound.h"
#include "planner/queueing/delay_queue.h"
#include "planner/queueing/deterministic_queue.h"
#include "planner/queueing/erlang.h"
#include "planner/queueing/infinite_server.h"
#include "planner/queueing/spares.h"
#include "planner/simulation/replications.h"
#include "planner/simulation/simulator.h"
#include "tests/planner/simulation/coverage.h"
#include "tests/planner/simulation/phase_type_oracle.h"

using namespace mlplan;
using namespace mlplan::planner;

namespace {

constexpr double kConfidence = 0.99;

std::string named(const char* kind, std::int64_t servers, double utilisation) {
  return std::string(kind) + " c=" + std::to_string(servers) + " rho=" + std::to_string(utilisation).substr(0, 4);
}

// `requests` of them at one server per instance, in ten stretches after a warm-up of a tenth.
Scenario queue(std::int64_t servers, double utilisation, const Distribution& service, double requests) {
  const double rate = utilisation * static_cast<double>(servers) / service.mean;
  Scenario scenario;
  scenario.arrivals = poisson_arrivals(rate);
  scenario.fleet.initial_instances = servers;
  scenario.fleet.instance.service = {{1, service}};
  scenario.duration_s = requests / rate;
  scenario.warm_up_s = scenario.duration_s / 10;
  scenario.timeline_points = 10;
  return scenario;
}

Interval mean_wait_of(const Scenario& scenario, std::uint64_t seed) {
  FixedPolicy policy({.instances = scenario.fleet.initial_instances});
  return batch_means(simulate(scenario, policy, seed).timeline, 10, RequestMean::wait, kConfidence);
}

// Requests a run: some 30 relaxation times of the queue a stretch.
double length(std::int64_t servers, double utilisation) {
  const double relaxation = utilisation / std::pow(1 - std::sqrt(utilisation), 2);
  return 330 * std::max(relaxation, 0.5 * utilisation * static_cast<double>(servers)) + 20'000;
}

// The share of something among the requests or draws of ten replications.
Interval share_of(const Scenario& scenario, std::uint64_t seed, const Measure& part, const Measure& whole) {
  const PolicyFactory fixed = [&] {
    return std::make_unique<FixedPolicy>(
        FixedSettings{.instances = scenario.fleet.initial_instances, .pool = scenario.fleet.initial_pool});
  };
  const std::vector<SimulationResult> results = replicate(scenario, fixed, seed, 10);
  return ratio_interval(values_of(results, part), values_of(results, whole), kConfidence);
}

}  // namespace

TEST_CASE("simulated waits of M/M/c hold the exact value as often as their intervals say") {
  struct Row {
    std::int64_t servers;
    double utilisation;
  };
  for (const Row& row : {Row{2, .8}, Row{5, .8}, Row{10, .9}, Row{100, .9}, Row{1000, .95}}) {
    const double exact = mean_wait(DelayQueue{row.utilisation * static_cast<double>(row.servers), 1, row.servers});
    const double requests = length(row.servers, row.utilisation) * (row.servers < 100 ? 1 : 5);
    const Scenario scenario = queue(row.servers, row.utilisation, exponential(1), requests);
    check_coverage(
        named("M/M/c", row.servers, row.utilisation), exact,
        [&](std::uint64_t seed) { return mean_wait_of(scenario, seed); },
        row.servers < 1000 ? Seeds::many : Seeds::few);
  }
}

TEST_CASE("simulated waits of M/D/c hold the exact value as often as their intervals say") {
  struct Row {
    std::int64_t servers;
    double utilisation;
  };
  for (const Row& row : {Row{1, .9}, Row{2, .5}, Row{2, .7}, Row{2, .9}, Row{5, .7}, Row{5, .9}, Row{10, .7},
                         Row{10, .9}, Row{20, .9}, Row{50, .9}}) {
    const double exact =
        solve(DeterministicQueue{row.utilisation * static_cast<double>(row.servers), 1, row.servers}).mean_wait;
    const Scenario scenario =
        queue(row.servers, row.utilisation, deterministic(1), 0.5 * length(row.servers, row.utilisation) + 20'000);
    check_coverage(named("M/D/c", row.servers, row.utilisation), exact,
                   [&](std::uint64_t seed) { return mean_wait_of(scenario, seed); });
  }
}

TEST_CASE("simulated waits of M/H2/c hold the exact value, which is near the published approximation") {
  struct Row {
    std::int64_t servers;
    double utilisation, published;
  };
  const Distribution service = hyperexponential(1, 4);
  for (const Row& row : {Row{2, .7, 2.261}, Row{5, .9, 3.634}, Row{10, .9, 1.544}}) {
    const double rate = row.utilisation * static_cast<double>(row.servers);
    const double exact = exact_mean_wait(rate, service, static_cast<std::size_t>(row.servers), 1500);
    CHECK(std::abs(exact / row.published - 1) < 0.015);
    const Scenario scenario = queue(row.servers, row.utilisation, service, 2 * length(row.servers, row.utilisation));
    check_coverage(named("M/H2/c", row.servers, row.utilisation), exact,
                   [&](std::uint64_t seed) { return mean_wait_of(scenario, seed); });
  }
}

TEST_CASE("the share that waits is Erlang's, also near Halfin and Whitt's limit") {
  struct Row {
    std::int64_t servers;
    double load;
  };
  for (const Row& row : {Row{14, 10}, Row{110, 100}}) {
    Scenario scenario = queue(row.servers, row.load / static_cast<double>(row.servers), exponential(1),
                              row.servers < 100 ? 6'000 : 24'000);
    scenario.duration_s += 10;
    scenario.warm_up_s = 10;
    check_coverage(named("P(wait)", row.servers, row.load / static_cast<double>(row.servers)),
                   erlang_c(static_cast<double>(row.servers), row.load), [&](std::uint64_t seed) {
                     return share_of(
                         scenario, seed, [](const auto& r) { return static_cast<double>(r.waited); },
                         [](const auto& r) { return static_cast<double>(r.completed); });
                   });
  }
}

TEST_CASE("without room to wait the share lost is Erlang's, for any law of service") {
  struct Row {
    std::int64_t servers;
    double load;
    Distribution service;
  };
  for (const Row& row :
       {Row{5, 1.361, exponential(1)}, Row{10, 4.461, hyperexponential(1, 4)}, Row{100, 84.06, deterministic(1)}}) {
    Scenario scenario = queue(row.servers, row.load / static_cast<double>(row.servers), row.service, 8'000);
    scenario.queue_limit = 0;
    scenario.duration_s += 15;
    scenario.warm_up_s = 15;
    check_coverage(named("blocked", row.servers, row.load / static_cast<double>(row.servers)),
                   erlang_b(static_cast<double>(row.servers), row.load), [&](std::uint64_t seed) {
                     return share_of(
                         scenario, seed, [](const auto& r) { return static_cast<double>(r.rejected); },
                         [](const auto& r) { return static_cast<double>(r.arrivals); });
                   });
  }
}

// 300 instances fail once in 100 s each, so that 3 are on order in the mean; a cold start takes no time, so that the
// number that can fail does not fall.
TEST_CASE("a pool misses as often as Erlang's loss says, and as Palm's theorem where draws wait, for any refill time") {
  const auto pool = [](std::int64_t size, const Distribution& refill, MissedDraw miss) {
    Scenario scenario;
    scenario.arrivals = ListedArrivals{};
    scenario.fleet.initial_instances = 300;
    scenario.fleet.initial_pool = size;
    scenario.fleet.failures.time_between_s = 100;
    scenario.fleet.start_up.pool_fill_s = refill;
    scenario.duration_s = size < 8 ? 1'030 : 5'030;
    scenario.warm_up_s = 30;
    scenario.fleet.missed_draw = miss;
    return scenario;
  };
  const auto misses = [](const auto& r) { return static_cast<double>(r.instances.misses); };
  const auto draws = [](const auto& r) { return static_cast<double>(r.instances.misses + r.instances.draws); };
  for (const auto& [size, refill] : {std::pair<std::int64_t, Distribution>{4, exponential(1)},
                                     {6, deterministic(1)},
                                     {8, hyperexponential(1, 4)},
                                     {9, lognormal(1, 0.53)}}) {
    check_coverage("pool, lost sales, S=" + std::to_string(size), pool_miss_share(size, 3), [&](std::uint64_t seed) {
      return share_of(pool(size, refill, MissedDraw::starts_cold), seed, misses, draws);
    });
    if (size == 9) continue;
    check_coverage("pool, backlog, S=" + std::to_string(size), pool_miss_share(size, 3, MissedDraw::waits_for_refill),
                   [&](std::uint64_t seed) {
                     return share_of(pool(size, refill, MissedDraw::waits_for_refill), seed, misses, draws);
                   });
  }
}

TEST_CASE("demand under a sinusoidal rate is Eick, Massey and Whitt's") {
  constexpr double kFrequency = 5;
  constexpr int kPhases = 20;
  const double period = 2 * std::numbers::pi / kFrequency;
  RateArrivals arrivals{.series = {.interval_s = period / 100, .repeats = true}};
  for (int i = 0; i < 100; ++i) {
    arrivals.series.rate_per_s.push_back(30 + 20 * std::sin(2 * std::numbers::pi * (i + 0.5) / 100));
  }
  Scenario scenario;
  scenario.fleet.initial_instances = 120;
  scenario.warm_up_s = 8 * period;
  scenario.duration_s = 208 * period;
  scenario.timeline_points = 200 * kPhases;
  scenario.arrivals = arrivals;
  for (const int phase : {0, 8, 13}) {
    double exact = 0;
    for (int i = 0; i < 100; ++i) {
      exact += mean_busy(arrivals.series, exponential(1), (phase + (i + 0.5) / 100) * period / kPhases) / 100;
    }
    check_coverage("busy under a sinusoid, phase " + std::to_string(phase), exact, [&](std::uint64_t seed) {
      FixedPolicy policy({.instances = 120});
      const SimulationResult result = simulate(scenario, policy, seed);
      std::vector<double> stretches(20);  // of ten periods, 12.6 mean service times
      for (std::size_t i = 0; i < 200; ++i) {
        stretches[i / 10] += result.timeline[i * kPhases + static_cast<std::size_t>(phase)].in_service / 10;
      }
      return mean_interval(stretches, kConfidence);
    });
  }
}

// One request an instance, started for whoever finds none idle and stopped after ten idle minutes.
TEST_CASE("function instances with a keep-alive come to SimFaaS's published figures") {
  Scenario scenario;
  scenario.arrivals = poisson_arrivals(0.9);
  scenario.fleet.instance.service = {{1, exponential(1.991)}};
  scenario.fleet.start_up.load_s = deterministic(2.244 - 1.991);
  scenario.fleet.initial_instances = 7;
  scenario.warm_up_s = 5'000;
  scenario.duration_s = 1'005'000;
  const auto policy = [] { return std::make_unique<SparePolicy>(SpareSettings{.spare = 0, .keep_idle_s = 600}); };
  const std::vector<SimulationResult> results = replicate(scenario, policy, 7, 8);
  const Interval cold = interval_of(results, [](const auto& r) {
    return static_cast<double>(r.instances.cold_starts) / static_cast<double>(r.arrivals);
  });
  const Interval servers =
      interval_of(results, [](const auto& r) { return (r.instance_s.ready + r.instance_s.loading) / r.measured_s; });
  const Interval running = interval_of(results, [](const auto& r) { return r.in_service_s / r.measured_s; });
  std::printf("SimFaaS: cold %.5f +- %.5f, servers %.3f +- %.3f, running %.4f +- %.4f\n", cold.mean, cold.half_width(),
              servers.mean, servers.half_width(), running.mean, running.half_width());
  // Three programs say .0013-.0014, 7.66-7.706 and 1.788-1.791, each from one run of a million seconds.
  CHECK(std::abs(cold.mean - 0.00133) < 0.00008);
  CHECK(std::abs(servers.mean - 7.70) < 0.08);
  CHECK(std::abs(running.mean - 1.790) < 0.006);
}

TEST_CASE("Inoue's bound of batching lies just above the simulation") {
  struct Case {
    double slope, base;
  };
  for (const Case& each : {Case{0.5, 1}, Case{1, 0.2}, Case{0.1, 3}}) {
    for (const double busy : {0.1, 0.3, 0.5, 0.7, 0.9}) {
      const double rate = busy / each.slope;
      const auto time = [&](double batch) { return deterministic(each.base + each.slope * batch); };
      Scenario scenario;
      scenario.arrivals = poisson_arrivals(rate);
      scenario.fleet.instance.max_batch = 2'000;
      scenario.fleet.instance.service = {{1, time(1)}, {2'000, time(2'000)}};
      scenario.duration_s = 400'000 / rate;
      scenario.warm_up_s = scenario.duration_s / 20;
      scenario.timeline_points = 20;
      FixedPolicy policy({});
      const SimulationResult result = simulate(scenario, policy, 11);
      const Interval response = batch_means(result.timeline, 20, RequestMean::response, kConfidence);
      const double bound = mean_response_bound({each.base, each.slope}, rate);
      std::printf("Inoue slope %.1f base %.1f busy %.1f: simulated %.4f +- %.4f, bound %.4f (%.3f)\n", each.slope,
                  each.base, busy, response.mean, response.half_width(), bound, bound / response.mean);
      CHECK(bound > response.low);
      CHECK(bound < 1.06 * response.high);
    }
  }
}
