#include "planner/simulation/shared_host.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "planner/policies/fixed.h"
#include "planner/simulation/simulator.h"

using namespace mlplan;
using namespace mlplan::planner;

namespace {

// `desired` from 2 s on; remembers what it saw last.
class LaterPolicy final : public Policy {
 public:
  explicit LaterPolicy(std::int64_t desired) : desired_(desired) {}
  std::string_view name() const override { return "later"; }
  double interval_s() const override { return 2; }
  Orders decide(const Observation& observation) override {
    seen = observation;
    return {.desired = desired_};
  }

  Observation seen;

 private:
  std::int64_t desired_;
};

bool near(double seen, double expected) {
  return std::abs(seen - expected) <= 1e-9 * std::max(1.0, std::abs(expected));
}

// One instance of two slots, a service of 3 s, on a host of many CPUs.
Scenario two_slots() {
  Scenario scenario;
  scenario.fleet.instance.concurrency = 2;
  scenario.fleet.instance.service = {{1, deterministic(3)}};
  scenario.fleet.host = SharedHost{.cpus = 16, .service_factor = {1, 1.5}};
  scenario.duration_s = 40;
  return scenario;
}

}  // namespace

TEST_CASE(
    "services slow each other by their measured factor, and loads take from them what CPUs there are beyond that") {
  const SharedHost host{.cpus = 4, .cpus_per_slot = 1, .cpus_per_load = 2, .service_factor = {1, 1.2, 1.5}};
  CHECK(service_slowdown(host, 3, 0) == 1.5);
  CHECK(near(service_slowdown(host, 5, 0), 1.5 + 2 * 0.3));  // on along the last step; five on four CPUs is in it
  CHECK(near(service_slowdown(host, 2, 1), 1.2));            // four CPUs are enough
  CHECK(near(service_slowdown(host, 2, 3), 1.2 * 8 / 4));
  CHECK(near(service_slowdown(host, 5, 1), 2.1 * 7 / 5));
  CHECK(least_load_slowdown(host, 0, 9) == 0);
  SharedHost beside = host;
  beside.cpus_besides = 1;
  CHECK(near(service_slowdown(beside, 3, 0), 1.5));
  CHECK(near(service_slowdown(beside, 4, 0), 1.8 * 5 / 4));
  CHECK(near(least_load_slowdown(beside, 2, 3), 2.25));
  CHECK(near(least_load_slowdown(host, 2, 3), 2));
}

TEST_CASE("two services that overlap are slower while they do, and only then") {
  Scenario scenario = two_slots();
  // The first alone until 3, then both at 1 / 1.5: its last second takes until 4.5; the other one has done 1 by then.
  scenario.arrivals = ListedArrivals{{1, 3}};
  FixedPolicy policy({.instances = 1});
  const SimulationResult result = simulate(scenario, policy, 1);
  CHECK(result.completed == 2);
  CHECK(near(result.response.sum(), 3.5 + 3.5));
  CHECK(near(result.busy_slot_s, 7));
  CHECK(result.waited == 0);
}

TEST_CASE("services go on at the machine's pace of the moment, and at its last when no more is said") {
  Scenario scenario = two_slots();
  scenario.fleet.instance.service = {{1, deterministic(1)}};
  scenario.fleet.host->pace = {1, 2, 0.5};
  scenario.fleet.host->pace_stretch_s = 10;
  // Half of the second is done when the pace changes; so is two thirds of the fourth; the last is long after that.
  scenario.arrivals = ListedArrivals{{2, 9.5, 12, 18.666666666666668, 35}};
  FixedPolicy policy({.instances = 1});
  const SimulationResult result = simulate(scenario, policy, 1);
  CHECK(result.completed == 5);
  CHECK(near(result.response.sum(), 1 + (0.5 + 1) + 2 + (4.0 / 3 + 1.0 / 6) + 0.5));
  scenario.fleet.host->pace = {1, 0};
  CHECK_FALSE(validate(scenario));
}

TEST_CASE("one that waits begins at the pace of the others") {
  Scenario scenario = two_slots();
  // Both to 1.5 x 3 = 4.5, then the third alone for 3.
  scenario.arrivals = ListedArrivals{{0, 0, 0}};
  FixedPolicy policy({.instances = 1});
  const SimulationResult result = simulate(scenario, policy, 1);
  CHECK(near(result.wait.sum(), 4.5));
  CHECK(near(result.response.sum(), 4.5 + 4.5 + 7.5));
}

TEST_CASE("a load and a service on one CPU each go on at half speed") {
  Scenario scenario;
  scenario.fleet.instance.service = {{1, deterministic(4)}};
  scenario.fleet.start_up.load_s = deterministic(6);
  scenario.fleet.host = SharedHost{};
  scenario.arrivals = ListedArrivals{{1}};
  scenario.duration_s = 40;
  LaterPolicy policy(2);
  // The service alone until 2, the rest of it beside the load until 8; 3 s of the load are done then, and 3 are left.
  const SimulationResult result = simulate(scenario, policy, 1);
  CHECK(near(result.response.sum(), 7));
  CHECK(near(result.instance_s.loading, 9));
  scenario.fleet.host->cpus = 2;
  LaterPolicy again(2);
  const SimulationResult enough = simulate(scenario, again, 1);
  CHECK(near(enough.response.sum(), 4));
  CHECK(near(enough.instance_s.loading, 6));
}

TEST_CASE("loads beside services are slowed by what is worse, their own number or the lack of CPUs") {
  Scenario scenario;
  scenario.fleet.instance.service = {{1, deterministic(100)}};
  scenario.fleet.start_up.load_s = deterministic(6);
  scenario.fleet.start_up.simultaneous_factor = {1, 2.5};
  scenario.fleet.host = SharedHost{.cpus = 2};
  scenario.arrivals = ListedArrivals{{1}};
  scenario.duration_s = 60;
  LaterPolicy policy(3);
  CHECK(near(simulate(scenario, policy, 1).instance_s.loading, 2 * 15));  // 3 CPUs wanted of 2: 1.5 < 2.5
  scenario.fleet.host->cpus = 1;
  LaterPolicy again(3);
  CHECK(near(simulate(scenario, again, 1).instance_s.loading, 2 * 18));
  scenario.arrivals = ListedArrivals{{}};  // without a service the measured factor is all
  LaterPolicy alone(3);
  CHECK(near(simulate(scenario, alone, 1).instance_s.loading, 2 * 15));
}

TEST_CASE("a factor that is always the same is a service that much longer") {
  Scenario scenario;
  scenario.arrivals = poisson_arrivals(2);
  scenario.fleet.initial_instances = 4;
  scenario.duration_s = 2000;
  FixedPolicy policy({.instances = 4});
  scenario.fleet.host = SharedHost{.cpus = 4, .service_factor = {1.5}};
  const SimulationResult shared = simulate(scenario, policy, 3);
  scenario.fleet.host.reset();
  scenario.fleet.instance.service = {{1, exponential(1.5)}};
  const SimulationResult scaled = simulate(scenario, policy, 3);
  CHECK(shared.completed == scaled.completed);
  CHECK(near(shared.wait.sum(), scaled.wait.sum()));
  CHECK(near(shared.busy_slot_s, scaled.busy_slot_s));
}

TEST_CASE("slots that share one CPU evenly are a processor-sharing queue, whose mean response does not know the law") {
  for (const Distribution& law : {deterministic(1), exponential(1), lognormal(1, 1)}) {
    Scenario scenario;
    scenario.arrivals = poisson_arrivals(0.5);
    scenario.fleet.instance.concurrency = 200;
    scenario.fleet.instance.service = {{1, law}};
    scenario.fleet.host = SharedHost{.service_factor = {1, 2}};
    scenario.duration_s = 200'000;
    LaterPolicy policy(1);
    const SimulationResult result = simulate(scenario, policy, 5);
    CHECK(result.waited == 0);
    CHECK(std::abs(result.response.sum() / static_cast<double>(result.completed) - 1 / (1 - 0.5)) < 0.06);
  }
}

TEST_CASE("a CPU that is shared does as much work in all as one that is not") {
  Scenario scenario;
  ListedArrivals arrivals;
  for (int i = 0; i < 300; ++i) arrivals.times_s.push_back(2.0 * i + 0.01 * ((i * 37) % 89));
  std::sort(arrivals.times_s.begin(), arrivals.times_s.end());
  scenario.arrivals = arrivals;
  scenario.fleet.instance.concurrency = 300;
  scenario.fleet.instance.service = {{1, deterministic(1.9)}};
  scenario.fleet.host = SharedHost{.service_factor = {1, 2}};
  scenario.duration_s = 1000;
  LaterPolicy policy(1);
  const SimulationResult result = simulate(scenario, policy, 1);
  CHECK(result.completed == 300);
  CHECK(near(policy.seen.totals.busy_instance_s, 300 * 1.9));
  CHECK(result.busy_slot_s > 300 * 1.9 * 1.01);
}

TEST_CASE("a host with CPUs enough and a factor of 1 changes nothing") {
  for (const Routing routing : {Routing::shared_queue, Routing::least_outstanding}) {
    for (const bool retries : {false, true}) {
      Scenario scenario;
      scenario.arrivals = poisson_arrivals(12);
      InstanceSettings& instance = scenario.fleet.instance;
      instance = {.workers = 2, .max_batch = 4, .batch_timeout_s = 0.1};
      instance.service = {{1, exponential(0.6)}, {4, lognormal(1.1, 0.4)}};
      scenario.routing = routing;
      scenario.fleet.initial_instances = 5;
      scenario.fleet.retries = retries;
      scenario.fleet.start_up.load_s = lognormal(20, 0.5);
      scenario.fleet.start_up.simultaneous_factor = {1, 1.9, 2.8};
      scenario.fleet.failures.time_between_s = 200;
      scenario.fleet.interruptions = {.time_between_s = 300, .notice_s = 0.5};
      scenario.duration_s = 900;
      LaterPolicy policy(6);
      const SimulationResult own = simulate(scenario, policy, 7);
      scenario.fleet.host = SharedHost{.cpus = 1000, .service_factor = {1}};
      const SimulationResult shared = simulate(scenario, policy, 7);
      CHECK(own.instances.failures > 0);
      CHECK(own.completed == shared.completed);
      CHECK(own.lost == shared.lost);
      CHECK(own.retried == shared.retried);
      CHECK(own.instances.cold_starts == shared.instances.cold_starts);
      CHECK(near(shared.response.sum(), own.response.sum()));
      CHECK(near(shared.wait.sum(), own.wait.sum()));
      CHECK(near(shared.busy_slot_s, own.busy_slot_s));
      CHECK(near(shared.instance_s.loading, own.instance_s.loading));
    }
  }
}
