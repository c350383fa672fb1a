// How many requests a second of one core the simulator plays. One engine for all: what differs is the scenario.
#include <benchmark/benchmark.h>

#include <cmath>
#include <numbers>

#include "planner/policies/ec2_pool.h"
#include "planner/policies/fixed.h"
#include "planner/policies/hpa.h"
#include "planner/simulation/simulator.h"

namespace {

using namespace mlplan;
using namespace mlplan::planner;

void report(benchmark::State& state, std::int64_t requests, std::int64_t events) {
  state.counters["requests/s"] = benchmark::Counter(static_cast<double>(requests), benchmark::Counter::kIsRate);
  state.counters["events/s"] = benchmark::Counter(static_cast<double>(events), benchmark::Counter::kIsRate);
}

// M/M/c at 80 %: c instances of one slot, a fixed policy, three histograms, a threshold and a timeline.
void queue_of_many_servers(benchmark::State& state) {
  Scenario scenario;
  const auto servers = static_cast<double>(state.range(0));
  scenario.arrivals = poisson_arrivals(0.8 * servers);
  scenario.fleet.initial_instances = state.range(0);
  scenario.duration_s = 2e6 / (0.8 * servers);
  scenario.warm_up_s = scenario.duration_s / 100;
  scenario.slo_response_s = 3;
  scenario.timeline_points = 500;
  std::int64_t requests = 0;
  std::int64_t events = 0;
  double wait_s = 0;
  std::uint64_t seed = 0;
  for (auto _ : state) {
    FixedPolicy policy({.instances = state.range(0)});
    const SimulationResult result = simulate(scenario, policy, ++seed);
    requests += result.completed;
    events += result.events;
    wait_s += result.wait.sum();
  }
  report(state, requests, events);
  state.counters["mean_wait_s"] = wait_s / static_cast<double>(requests);
}
BENCHMARK(queue_of_many_servers)->Arg(8)->Arg(100)->Arg(1000)->Unit(benchmark::kMillisecond);

// A day's swing of traffic with bursts over batching instances with measured service times, an HPA and a warm pool,
// start-ups from samples that slow each other down, and failures.
void autoscaled_batches_with_a_warm_pool(benchmark::State& state) {
  Scenario scenario;
  scenario.arrivals = RateArrivals{
      .series = {.rate_per_s = {500, 900, 1500, 2200, 2600, 2400, 1700, 900}, .interval_s = 120}, .burst_scv = 0.02};
  std::vector<double> alone;
  std::vector<double> full;
  for (int i = 0; i < 500; ++i) {
    alone.push_back(0.010 + 0.00001 * (i % 97));
    full.push_back(0.024 + 0.00003 * (i % 89));
  }
  InstanceSettings& instance = scenario.fleet.instance;
  instance.workers = 2;
  instance.max_batch = 8;
  instance.batch_timeout_s = 0.005;
  instance.service = {{1, empirical(alone)}, {8, empirical(full)}};
  scenario.routing = state.range(0) == 0 ? Routing::shared_queue : Routing::least_outstanding;
  scenario.fleet.initial_instances = 4;
  scenario.fleet.initial_pool = 2;
  scenario.fleet.start_up.load_s = lognormal(20, 0.5);
  scenario.fleet.start_up.pool_exit_s = deterministic(1);
  scenario.fleet.start_up.simultaneous_factor = {1, 1.9, 2.8};
  scenario.fleet.failures.time_between_s = 86400;
  scenario.duration_s = 960;
  scenario.slo_response_s = 0.1;
  scenario.timeline_points = 500;
  std::int64_t requests = 0;
  std::int64_t events = 0;
  std::uint64_t seed = 0;
  for (auto _ : state) {
    Ec2PoolPolicy policy(std::make_unique<HpaPolicy>(HpaSettings{.target = 0.7}),
                         {.min_size = 2, .max_prepared = 2, .group_max = 40});
    const SimulationResult result = simulate(scenario, policy, ++seed);
    requests += result.completed;
    events += result.events;
    benchmark::DoNotOptimize(result.response.sum());
  }
  report(state, requests, events);
}
BENCHMARK(autoscaled_batches_with_a_warm_pool)
    ->ArgName("least_outstanding")
    ->Arg(0)
    ->Arg(1)
    ->Unit(benchmark::kMillisecond);

// A day's trace, each request at its own time, 8.64 million of them around a rate that swings from 25/s to 175/s.
ListedArrivals day_of_a_trace() {
  constexpr int kIntervals = 288;
  RateArrivals traffic{.series = {.interval_s = 86400.0 / kIntervals}};
  for (int i = 0; i < kIntervals; ++i) {
    traffic.series.rate_per_s.push_back(100 - 75 * std::cos(2 * std::numbers::pi * i / kIntervals));
  }
  traffic.series.rate_per_s.push_back(0);  // ends it
  const Arrivals arrivals = traffic;
  ListedArrivals trace{.times_s = std::vector<double>(9'000'000)};
  trace.times_s.resize(make_source(arrivals, pcg64(1))->fill(trace.times_s));
  return trace;
}

// That trace on a fixed fleet, 87 % busy at the peak: 20 instances of one slot, or 4 that serve up to 8 at once.
void trace_of_a_day(benchmark::State& state) {
  static const ListedArrivals trace = day_of_a_trace();
  const bool batches = state.range(0) > 1;
  Scenario scenario;
  scenario.arrivals = trace;
  InstanceSettings& instance = scenario.fleet.instance;
  instance.max_batch = state.range(0);
  instance.service = {{1, exponential(0.1)}};
  if (batches) {
    instance.batch_timeout_s = 0.02;
    instance.service.push_back({8, exponential(0.16)});
  }
  const std::int64_t instances = batches ? 4 : 20;
  scenario.fleet.initial_instances = instances;
  scenario.duration_s = 86400;
  scenario.slo_response_s = 0.5;
  scenario.timeline_points = 500;
  std::int64_t requests = 0;
  std::int64_t events = 0;
  std::uint64_t seed = 0;
  for (auto _ : state) {
    FixedPolicy policy({.instances = instances});
    const SimulationResult result = simulate(scenario, policy, ++seed);
    requests += result.completed;
    events += result.events;
    benchmark::DoNotOptimize(result.response.sum());
  }
  report(state, requests, events);
}
BENCHMARK(trace_of_a_day)->ArgName("max_batch")->Arg(1)->Arg(8)->Unit(benchmark::kSecond);

}  // namespace
