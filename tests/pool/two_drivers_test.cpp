// The simulator and the pool ask the same policy the same questions at the same moments: one scripted trace, event for
// event.
#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "planner/policies/follow.h"
#include "planner/policies/presets.h"
#include "planner/simulation/batch_sampler.h"
#include "planner/simulation/random_streams.h"
#include "planner/simulation/simulator.h"
#include "tests/pool/scripted_world.h"

namespace mlplan::tests {
namespace {

constexpr std::uint64_t kSeed = 5;
constexpr double kStart_s = 7.25;
constexpr double kAlone_s = 0.731;
constexpr double kMore_s = 0.113;  // each further request of a batch

// Quiet, a step up, a burst, quiet again; gaps that have no pattern, so that no two events fall together.
std::vector<double> trace() {
  std::vector<double> times;
  std::uint64_t state = 88172645463325252ULL;
  const auto uniform = [&] {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return static_cast<double>(state >> 11) * 0x1p-53;
  };
  double now = 0;
  while (now < 900) {
    const double rate = now < 200 ? 1.1 : now < 500 ? 6.3 : now < 520 ? 25 : 0.7;
    now += -std::log(1 - uniform()) / rate;
    times.push_back(now);
  }
  return times;
}

struct Setting {
  Routing routing = Routing::shared_queue;
  std::uint32_t slots = 1;
  std::int64_t max_batch = 1;
  double batch_timeout_s = 0;
};

planner::Scenario scenario_of(const Setting& setting, const std::vector<double>& times) {
  planner::Scenario scenario;
  scenario.arrivals = planner::ListedArrivals{times};
  scenario.fleet.instance.workers = setting.slots;
  scenario.fleet.instance.max_batch = setting.max_batch;
  scenario.fleet.instance.batch_timeout_s = setting.batch_timeout_s;
  scenario.fleet.instance.service.clear();
  for (std::int64_t batch = 1; batch <= setting.max_batch; ++batch)
    scenario.fleet.instance.service.push_back(
        {batch, planner::lognormal(kAlone_s + kMore_s * static_cast<double>(batch - 1), 0.5)});
  scenario.fleet.start_up.load_s = planner::lognormal(kStart_s, 0.3);
  scenario.fleet.initial_instances = 2;
  scenario.fleet.initial_pool = 1;
  scenario.fleet.max_instances = 40;
  scenario.routing = setting.routing;
  scenario.duration_s = 900;
  scenario.drain_s = 0;
  return scenario;
}

bench::PoolSettings pool_of(const Setting& setting) {
  return {.fleet = {.initial_instances = 2, .initial_pool = 1, .max_instances = 40},
          .slots_per_instance = setting.slots,
          .max_batch = setting.max_batch,
          .batch_timeout_s = setting.batch_timeout_s,
          .routing = setting.routing};
}

std::unique_ptr<Policy> policy_named(const std::string& name) {
  if (name == "mlplan") {
    return std::make_unique<planner::FollowPolicy>(
        planner::FollowSettings{.rates = {1, 2, 3, 4, 5, 6, 7, 8}, .spares = 1, .capacity_per_s = 1.3, .hold_s = 90});
  }
  auto policy = planner::make_policy(name, {.instances = 2, .pool = 1, .capacity_per_s = 1.3});
  REQUIRE(policy);
  return *std::move(policy);
}

bool near(double a, double b) { return std::abs(a - b) <= 1e-6 * std::max(1.0, std::abs(a)); }

void check_same(const Decided& simulated, const Decided& real) {
  const Observation& a = simulated.observation;
  const Observation& b = real.observation;
  CHECK(near(a.time_s, b.time_s));
  CHECK(a.on_wait == b.on_wait);
  CHECK(a.instances.ready == b.instances.ready);
  CHECK(a.instances.loading == b.instances.loading);
  CHECK(a.instances.pooled == b.instances.pooled);
  CHECK(a.instances.filling == b.instances.filling);
  CHECK(a.instances.stopping == b.instances.stopping);
  CHECK(a.desired == b.desired);
  CHECK(a.pool == b.pool);
  CHECK(a.in_service == b.in_service);
  CHECK(a.queued == b.queued);
  CHECK(a.busy_instances == b.busy_instances);
  CHECK(a.totals.arrivals == b.totals.arrivals);
  CHECK(a.totals.completions == b.totals.completions);
  CHECK(near(a.totals.in_service_s, b.totals.in_service_s));
  CHECK(near(a.totals.queued_s, b.totals.queued_s));
  CHECK(near(a.totals.busy_instance_s, b.totals.busy_instance_s));
  CHECK(near(a.totals.busy_slot_s, b.totals.busy_slot_s));
  CHECK(near(a.totals.ready_slot_s, b.totals.ready_slot_s));
  CHECK(simulated.orders.desired == real.orders.desired);
  CHECK(simulated.orders.pool == real.orders.pool);
}

}  // namespace

TEST_CASE("simulator and pool show every policy the same, and it orders the same, event for event") {
  const std::vector<double> times = trace();
  std::vector<std::string> names = {"mlplan"};
  for (const std::string_view name : planner::preset_names()) names.emplace_back(name);
  const Setting settings[] = {
      {},
      {.routing = Routing::least_outstanding},
      {.slots = 2},
      {.routing = Routing::least_outstanding, .slots = 2},
      {.max_batch = 4},
      {.max_batch = 4, .batch_timeout_s = 0.31},
      {.routing = Routing::least_outstanding, .slots = 2, .max_batch = 3, .batch_timeout_s = 0.17},
  };
  for (const std::string& name : names) {
    for (const Setting& setting : settings) {
      CAPTURE(name);
      CAPTURE(setting.slots);
      CAPTURE(setting.max_batch);
      CAPTURE(setting.batch_timeout_s);
      CAPTURE(static_cast<int>(setting.routing));
      const planner::Scenario scenario = scenario_of(setting, times);
      RecordingPolicy simulated(policy_named(name));
      const planner::SimulationResult result = planner::simulate(scenario, simulated, kSeed, 0);
      // The times that the simulator draws, in its order.
      planner::RandomStreams random(kSeed, 0);
      const planner::BatchSampler services(scenario.fleet.instance.service, setting.max_batch);
      const planner::Sampler starts(scenario.fleet.start_up.load_s);
      RecordingPolicy real(policy_named(name));
      ScriptedWorld world(
          pool_of(setting), real, [&] { return starts.draw(random.start_up); },
          [&](std::size_t batch) { return services.draw(static_cast<std::int64_t>(batch), random.service); });
      world.run(times, 899.9999);

      REQUIRE(simulated.decided.size() >= 14);
      const std::size_t count = std::min(simulated.decided.size(), real.decided.size());
      CHECK(simulated.decided.size() - count <= 1);  // one at the very end
      for (std::size_t i = 0; i < count; ++i) {
        CAPTURE(i);
        check_same(simulated.decided[i], real.decided[i]);
      }
      const InstanceEvents events = world.pool.totals(900).events;
      CHECK(events.cold_starts == result.instances.cold_starts);
      CHECK(events.draws == result.instances.draws);
      CHECK(events.misses == result.instances.misses);
      CHECK(events.stops == result.instances.stops);
    }
  }
}

}  // namespace mlplan::tests
