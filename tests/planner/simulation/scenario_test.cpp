#include "planner/simulation/scenario.h"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>

using namespace mlplan;
using namespace mlplan::planner;

TEST_CASE("the defaults are valid, and each thing out of range is named") {
  CHECK(validate({}));
  const auto refused = [](const char* where, const std::function<void(Scenario&)>& spoil) {
    CAPTURE(where);
    Scenario scenario;
    spoil(scenario);
    const Status status = validate(scenario);
    REQUIRE_FALSE(status);
    CHECK(status.error().kind == ErrorKind::usage);
    CHECK(status.error().where == where);
    CHECK_FALSE(status.error().message.empty());
  };
  refused("arrivals", [](Scenario& s) { s.arrivals = poisson_arrivals(-1); });
  refused("arrivals", [](Scenario& s) { s.arrivals = RateArrivals{}; });
  refused("arrivals", [](Scenario& s) { s.arrivals = RateArrivals{.series = {.rate_per_s = {1}}, .mean_group = 0.5}; });
  refused("arrivals", [](Scenario& s) { s.arrivals = RenewalArrivals{}; });
  refused("arrivals", [](Scenario& s) { s.arrivals = ListedArrivals{{3, 2}}; });
  refused("arrivals", [](Scenario& s) { s.arrivals = StreamedArrivals{}; });
  refused("fleet.instance", [](Scenario& s) { s.fleet.instance.workers = 0; });
  refused("fleet.instance.max_batch", [](Scenario& s) { s.fleet.instance.max_batch = 0; });
  refused("fleet.instance.batch_timeout_s", [](Scenario& s) { s.fleet.instance.batch_timeout_s = -1; });
  refused("fleet.instance.service", [](Scenario& s) { s.fleet.instance.service = {}; });
  refused("fleet.instance.service", [](Scenario& s) { s.fleet.instance.service = {{1, empirical({-1})}}; });
  refused("fleet.instance.service",
          [](Scenario& s) { s.fleet.instance.service = {{2, exponential(1)}, {2, exponential(1)}}; });
  refused("fleet.start_up", [](Scenario& s) { s.fleet.start_up.load_s = empirical({}); });
  refused("fleet.start_up", [](Scenario& s) { s.fleet.start_up.node_s = deterministic(-1); });
  refused("fleet.instance.after_idle", [](Scenario& s) { s.fleet.instance.after_idle.alone = 0.9; });
  refused("fleet.instance.after_idle", [](Scenario& s) { s.fleet.instance.after_idle.beside = 0.9; });
  refused("fleet.instance.after_idle", [](Scenario& s) { s.fleet.instance.after_idle.neighbours = 0; });
  refused("fleet.instance.after_idle", [](Scenario& s) { s.fleet.instance.after_idle.cooling_s = -1; });
  refused("fleet.instance.after_idle", [](Scenario& s) { s.fleet.instance.after_idle.warming_s = -1; });
  refused("fleet.start_up.simultaneous_factor", [](Scenario& s) { s.fleet.start_up.simultaneous_factor = {1, 0}; });
  refused("fleet.host.cpus", [](Scenario& s) { s.fleet.host = SharedHost{.cpus = 0}; });
  refused("fleet.host.cpus_per_slot", [](Scenario& s) { s.fleet.host = SharedHost{.cpus_per_slot = -1}; });
  refused("fleet.host.cpus_per_load", [](Scenario& s) { s.fleet.host = SharedHost{.cpus_per_load = -1}; });
  refused("fleet.host.service_factor", [](Scenario& s) { s.fleet.host = SharedHost{.service_factor = {1, 0}}; });
  refused("fleet", [](Scenario& s) { s.fleet.initial_pool = -1; });
  refused("fleet", [](Scenario& s) { s.fleet.max_instances = 0; });
  refused("fleet", [](Scenario& s) { s.fleet.failures.time_between_s = 0; });
  refused("queue_limit", [](Scenario& s) { s.queue_limit = -1; });
  refused("duration_s", [](Scenario& s) { s.duration_s = 0; });
  refused("warm_up_s", [](Scenario& s) { s.warm_up_s = 3600; });
  refused("drain_s", [](Scenario& s) { s.drain_s = -1; });
  refused("slo_response_s", [](Scenario& s) { s.slo_response_s = 0; });
  refused("timeline_points", [](Scenario& s) { s.timeline_points = -1; });
}

TEST_CASE("the capacity of an instance is that of all its slots at their best batch") {
  InstanceSettings instance{.workers = 2, .concurrency = 3, .max_batch = 4};
  instance.service = {{1, deterministic(0.1)}, {4, deterministic(0.2)}, {8, deterministic(0.21)}};
  CHECK(std::abs(capacity_per_s(instance) - 6 * 20) < 1e-9);
  instance.service[1].time_s = deterministic(0.5);  // slower in batches than one by one
  CHECK(std::abs(capacity_per_s(instance) - 6 * 10) < 1e-9);
}
