#include "planner/simulation/simulator.h"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <vector>

#include "planner/policies/fixed.h"
#include "planner/policies/presets.h"

using namespace mlplan;
using namespace mlplan::planner;

namespace {

SimulationResult with_fixed(const Scenario& scenario, std::uint64_t seed = 1) {
  FixedPolicy policy({.instances = scenario.fleet.initial_instances, .pool = scenario.fleet.initial_pool});
  return simulate(scenario, policy, seed);
}

// Gives orders at given times.
class Scripted final : public Policy {
 public:
  explicit Scripted(std::function<Orders(const Observation&)> script, double interval_s = 1, bool on_wait = false)
      : script_(std::move(script)), interval_s_(interval_s), on_wait_(on_wait) {}
  std::string_view name() const override { return "scripted"; }
  double interval_s() const override { return interval_s_; }
  bool decides_on_wait() const override { return on_wait_; }
  Orders decide(const Observation& observation) override {
    seen.push_back(observation);
    return script_(observation);
  }
  std::vector<Observation> seen;

 private:
  std::function<Orders(const Observation&)> script_;
  double interval_s_;
  bool on_wait_;
};

// One server of one second a request.
Scenario by_hand(std::vector<double> times) {
  Scenario scenario;
  scenario.arrivals = ListedArrivals{std::move(times)};
  scenario.fleet.instance.service = {{1, deterministic(1)}};
  scenario.duration_s = 100;
  return scenario;
}

bool near(double a, double b) { return std::abs(a - b) < 1e-9; }

// Everything that a result is made of, as text of all its bits.
std::string bytes_of(const SimulationResult& r) {
  std::string text;
  const auto add = [&](double x) { text.append(reinterpret_cast<const char*>(&x), sizeof x); };
  for (const std::int64_t n : {r.arrivals,
                               r.completed,
                               r.rejected,
                               r.lost,
                               r.retried,
                               r.unfinished,
                               r.waited,
                               r.within_slo,
                               r.exposed,
                               r.exposed_beyond_slo,
                               r.batches,
                               r.events,
                               r.most_instances,
                               r.instances.cold_starts,
                               r.instances.draws,
                               r.instances.misses,
                               r.instances.fills,
                               r.instances.stops,
                               r.instances.cancelled,
                               r.instances.failures,
                               r.instances.interruptions}) {
    add(static_cast<double>(n));
  }
  for (const double x : {r.queued_s, r.in_service_s, r.busy_slot_s, r.ready_slot_s, r.instance_s.ready,
                         r.instance_s.loading, r.instance_s.pooled, r.instance_s.filling, r.instance_s.stopping}) {
    add(x);
  }
  for (const LogHistogram* histogram : {&r.wait, &r.response, &r.service}) {
    add(histogram->sum());
    for (const HistogramBin& bin : histogram->bins()) add(static_cast<double>(bin.count));
  }
  for (const TimelinePoint& point : r.timeline) {
    for (const double x : {point.wait_s, point.response_s, point.max_response_s, point.queued, point.in_service,
                           point.ready, point.loading, point.pooled}) {
      add(x);
    }
  }
  return text;
}

// A scenario with everything in it.
Scenario busy_scenario(Routing routing) {
  Scenario scenario;
  scenario.arrivals = RateArrivals{
      .series = {.rate_per_s = {40, 120, 60}, .interval_s = 200, .repeats = true}, .burst_scv = 0.1, .mean_group = 1.5};
  scenario.routing = routing;
  scenario.fleet.instance = {.workers = 2,
                             .concurrency = 2,
                             .max_batch = 4,
                             .batch_timeout_s = 0.02,
                             .service = {{1, exponential(0.1)}, {4, erlang(3, 0.25)}}};
  scenario.fleet.initial_instances = 2;
  scenario.fleet.initial_pool = 1;
  scenario.fleet.start_up.load_s = lognormal(15, 0.5);
  scenario.fleet.start_up.node_s = exponential(5);
  scenario.fleet.start_up.pool_exit_s = deterministic(1);
  scenario.fleet.start_up.simultaneous_factor = {1, 1.9, 2.8};
  scenario.fleet.failures.time_between_s = 900;
  scenario.fleet.interruptions = {.time_between_s = 600, .notice_s = 0.2};
  scenario.duration_s = 1800;
  scenario.warm_up_s = 100;
  scenario.slo_response_s = 0.5;
  scenario.timeline_points = 170;
  return scenario;
}

}  // namespace

TEST_CASE("three requests by hand: wait, service, response, threshold and seconds") {
  Scenario scenario = by_hand({1, 1.25, 4});
  scenario.slo_response_s = 1.5;
  const SimulationResult result = with_fixed(scenario);
  CHECK(result.arrivals == 3);
  CHECK(result.completed == 3);
  CHECK(result.waited == 1);
  CHECK(near(result.wait.sum(), 0.75));
  CHECK(near(result.service.sum(), 3));
  CHECK(near(result.response.sum(), 3.75));
  CHECK(near(result.response.max(), 1.75));
  CHECK(result.within_slo == 2);
  CHECK(near(attainment(result), 2.0 / 3));
  CHECK(near(result.busy_slot_s, 3));
  CHECK(near(result.queued_s, 0.75));
  CHECK(near(result.in_service_s, 3));
  CHECK(near(result.instance_s.ready, 100));
  CHECK(near(utilisation(result), 0.03));
  CHECK(result.exposed == 0);
  CHECK(result.batches == 3);
}

TEST_CASE("what is served after an idle moment takes longer, what follows at once does not") {
  Scenario scenario = by_hand({0, 0.5, 10});
  scenario.fleet.instance.after_idle = {.alone = 1.5, .beside = 1.5};
  for (const Routing routing : {Routing::shared_queue, Routing::least_outstanding}) {
    scenario.routing = routing;
    const SimulationResult r = with_fixed(scenario);
    CHECK(near(r.service.sum(), 1.5 + 1 + 1.5));
    CHECK(near(r.response.sum(), 1.5 + (2.5 - 0.5) + 1.5));
  }
}

TEST_CASE("a slot grows cold while it is idle and warm while it serves") {
  // Services of a second: at coldness 1, then what is left of it after the 1.5 s that the first took; one that begins
  // 5 s later, when it is on its way to cold again.
  Scenario scenario = by_hand({0, 0.5, 8});
  scenario.fleet.instance.after_idle = {.alone = 1.5, .beside = 1.5, .cooling_s = 4, .warming_s = 2};
  const double first = 1.5;
  const double left = std::exp(-first / 2);
  const double second = 1 + 0.5 * left;
  const double end = first + second;
  const double third = 1 + 0.5 * (1 - (1 - left * std::exp(-second / 2)) * std::exp(-(8 - end) / 4));
  for (const Routing routing : {Routing::shared_queue, Routing::least_outstanding}) {
    scenario.routing = routing;
    const SimulationResult r = with_fixed(scenario);
    CHECK(near(r.service.sum(), first + second + third));
  }
}

TEST_CASE("how much longer is a matter of how many others are busy on the machine") {
  Scenario scenario = by_hand({0, 0.5});
  scenario.fleet.instance.after_idle = {.alone = 2, .beside = 1.5};
  scenario.fleet.initial_instances = 2;
  scenario.fleet.host = SharedHost{.cpus = 2};
  CHECK(near(with_fixed(scenario).service.sum(), 2 + 1.5));
  // A machine of its own: an instance of one slot is alone, one of two is taken to be busy.
  scenario.fleet.host.reset();
  CHECK(near(with_fixed(scenario).service.sum(), 2 + 2));
  scenario.fleet.instance.workers = 2;
  CHECK(near(with_fixed(scenario).service.sum(), 1.5 + 1.5));
}

TEST_CASE("a larger batch fills its caches in the same time") {
  Scenario scenario = by_hand({1, 1.1});
  scenario.fleet.instance.max_batch = 2;
  scenario.fleet.instance.batch_timeout_s = 0.5;
  scenario.fleet.instance.service = {{1, deterministic(1)}, {2, deterministic(1.8)}};
  scenario.fleet.instance.after_idle = {.alone = 1.5, .beside = 1.5};
  CHECK(near(with_fixed(scenario).service.max(), 1.8 + 0.5));
}

// Welch 1964, On a generalized M/G/1 queuing process in which the first customer of each busy period receives
// exceptional service: here twice as long, of a deterministic second.
TEST_CASE("mean response with slower first services is that of Welch's formula") {
  Scenario scenario;
  scenario.arrivals = poisson_arrivals(0.5);
  scenario.fleet.instance.service = {{1, deterministic(1)}};
  scenario.fleet.instance.after_idle = {.alone = 2, .beside = 2};
  scenario.duration_s = 2e6;
  const double rate = 0.5;
  const double idle = (1 - rate) / (1 - rate * (1 - 2));
  const double wait = rate / (2 * (1 - rate)) + rate * (4 - 1) / (2 * (1 - rate * (1 - 2)));
  const SimulationResult r = with_fixed(scenario);
  CHECK(r.response.mean() == doctest::Approx(wait + idle * 2 + (1 - idle) * 1).epsilon(0.01));
}

TEST_CASE("a batch is taken when it is full, when its oldest has waited, or as it is where there is no time-out") {
  Scenario scenario = by_hand({1, 1.1, 1.2, 10});
  scenario.fleet.instance.max_batch = 3;
  scenario.fleet.instance.batch_timeout_s = 0.5;
  for (const Routing routing : {Routing::shared_queue, Routing::least_outstanding}) {
    scenario.routing = routing;
    SimulationResult result = with_fixed(scenario);
    CHECK(result.batches == 2);
    CHECK(near(result.wait.sum(), 0.2 + 0.1 + 0 + 0.5));
    CHECK(near(result.service.sum(), 3 * 3 + 1));  // of one size in the law, three take three times as long
    Scenario greedy = scenario;
    greedy.fleet.instance.batch_timeout_s = 0;
    result = with_fixed(greedy);
    CHECK(result.batches == 3);  // the first alone, then two, then one
    CHECK(near(result.wait.sum(), 0.9 + 0.8));
  }
}

TEST_CASE("a request goes to the instance with the fewest, and stays in its queue") {
  Scenario scenario = by_hand({1, 1.1, 1.2, 1.3});
  scenario.fleet.initial_instances = 2;
  scenario.fleet.instance.service = {{1, deterministic(1)}};
  scenario.routing = Routing::least_outstanding;
  CHECK(near(with_fixed(scenario).wait.sum(), 0.8 + 0.8));
  scenario.routing = Routing::shared_queue;
  CHECK(near(with_fixed(scenario).wait.sum(), 0.8 + 0.8));
  // Unequal service times: one queue never leaves a server idle beside a waiting request, two queues do.
  scenario.arrivals = poisson_arrivals(1.6);
  scenario.fleet.instance.service = {{1, exponential(1)}};
  scenario.duration_s = 50'000;
  const double shared = with_fixed(scenario).wait.mean();
  scenario.routing = Routing::least_outstanding;
  const double separate = with_fixed(scenario).wait.mean();
  CHECK(separate > 1.05 * shared);
  CHECK(separate < 2 * shared);
}

TEST_CASE("an instance serves workers x concurrency batches at once") {
  Scenario scenario = by_hand({1, 1, 1, 1, 1, 1, 1});
  scenario.fleet.instance.workers = 3;
  scenario.fleet.instance.concurrency = 2;
  for (const Routing routing : {Routing::shared_queue, Routing::least_outstanding}) {
    scenario.routing = routing;
    const SimulationResult result = with_fixed(scenario);
    CHECK(result.waited == 1);
    CHECK(near(result.wait.sum(), 1));
    CHECK(near(result.busy_slot_s, 7));
    CHECK(near(result.ready_slot_s, 600));
  }
}

TEST_CASE("requests that wait for an instance that loads are exposed, others that wait are not") {
  // Two instances ordered at 10, ready at 20.
  Scenario scenario = by_hand({5, 5.2, 12, 12.5, 19.5, 19.8, 30, 30.5});
  scenario.fleet.start_up.load_s = deterministic(10);
  scenario.slo_response_s = 1.4;
  for (const Routing routing : {Routing::shared_queue, Routing::least_outstanding}) {
    scenario.routing = routing;
    Scripted policy([](const Observation& o) { return Orders{.desired = o.time_s >= 10 ? 2 : 1}; });
    const SimulationResult result = simulate(scenario, policy, 1);
    CHECK(result.completed == 8);
    // 5.2 waits before the order; 12.5 and 19.8 while it loads; 30.5 finds a second instance.
    CHECK(result.waited == 3);
    CHECK(result.exposed == 2);
    CHECK(result.exposed_beyond_slo == (routing == Routing::shared_queue ? 1 : 2));
    CHECK(near(exposure(result), 2.0 / 8));
    CHECK(result.instances.cold_starts == 1);
    CHECK(near(result.instance_s.loading, 10));
    CHECK(near(result.instance_s.ready, 100 + 80));
  }
}

TEST_CASE("waiting for a batch to fill beside a free slot is no exposure") {
  Scenario scenario = by_hand({12, 30});
  scenario.fleet.start_up.load_s = deterministic(10);
  scenario.fleet.instance.max_batch = 4;
  scenario.fleet.instance.batch_timeout_s = 2;
  Scripted policy([](const Observation& o) { return Orders{.desired = o.time_s >= 10 ? 2 : 1}; });
  const SimulationResult result = simulate(scenario, policy, 1);
  CHECK(result.waited == 2);
  CHECK(result.exposed == 0);
}

TEST_CASE("requests that find no instance at all wait for the first") {
  Scenario scenario = by_hand({2, 3});
  scenario.fleet.initial_instances = 0;
  scenario.fleet.start_up.load_s = deterministic(10);
  for (const Routing routing : {Routing::shared_queue, Routing::least_outstanding}) {
    scenario.routing = routing;
    Scripted policy([](const Observation& o) { return Orders{.desired = o.in_service + o.queued > 0 ? 1 : 0}; }, 50,
                    true);
    const SimulationResult result = simulate(scenario, policy, 1);
    CHECK(result.completed == 2);
    CHECK(result.exposed == 2);
    CHECK(near(result.response.max(), 11));  // ordered at 2, ready at 12, both done by 14
    CHECK(policy.seen.front().on_wait);
    CHECK(policy.seen.front().time_s == 2);
  }
}

TEST_CASE("a stopping instance finishes what it has and takes nothing new") {
  Scenario scenario = by_hand({9.5, 9.6, 9.7, 9.8, 10.5, 11.5});
  scenario.fleet.initial_instances = 2;
  for (const Routing routing : {Routing::shared_queue, Routing::least_outstanding}) {
    CAPTURE(static_cast<int>(routing));
    scenario.routing = routing;
    Scripted policy([](const Observation& o) { return Orders{.desired = o.time_s >= 10 ? 1 : 2}; });
    const SimulationResult result = simulate(scenario, policy, 1);
    CHECK(result.completed == 6);
    CHECK(result.instances.stops == 1);
    CHECK(result.instance_s.stopping > 0.4);
    CHECK(near(result.instance_s.ready, 110));
  }
}

TEST_CASE("a full queue rejects") {
  Scenario scenario = by_hand({1, 1.1, 1.2, 1.3});
  scenario.queue_limit = 1;
  for (const Routing routing : {Routing::shared_queue, Routing::least_outstanding}) {
    scenario.routing = routing;
    const SimulationResult result = with_fixed(scenario);
    CHECK(result.completed == 2);
    CHECK(result.rejected == 2);
    CHECK(near(attainment(result), 0.5));
  }
}

TEST_CASE("what an instance was serving when it failed is lost, or tried again") {
  Scenario scenario;
  scenario.arrivals = poisson_arrivals(3);
  scenario.fleet.initial_instances = 5;
  scenario.fleet.failures.time_between_s = 50;
  scenario.fleet.start_up.load_s = deterministic(2);
  scenario.duration_s = 20'000;
  for (const Routing routing : {Routing::shared_queue, Routing::least_outstanding}) {
    CAPTURE(static_cast<int>(routing));
    scenario.routing = routing;
    scenario.fleet.retries = false;
    const SimulationResult lost = with_fixed(scenario);
    // Each of some 4.8 ready instances fails once in 50 s, and 0.61 of them are busy.
    CHECK(std::abs(static_cast<double>(lost.instances.failures) / (lost.instance_s.ready / 50) - 1) < 0.1);
    CHECK(lost.lost > lost.instances.failures / 2);
    CHECK(lost.completed + lost.lost == lost.arrivals);
    CHECK(lost.unfinished == 0);
    scenario.fleet.retries = true;
    const SimulationResult retried = with_fixed(scenario);
    CHECK(retried.lost == 0);
    CHECK(retried.retried > retried.instances.failures / 2);
    CHECK(retried.completed == retried.arrivals);
    CHECK(std::abs(retried.in_service_s / retried.measured_s - 3) < 0.3);
  }
}

TEST_CASE("an interruption with notice longer than any request loses nothing") {
  Scenario scenario;
  scenario.arrivals = poisson_arrivals(3);
  scenario.fleet.initial_instances = 6;
  scenario.fleet.instance.service = {{1, deterministic(1)}};
  scenario.fleet.interruptions = {.time_between_s = 100, .notice_s = 5};
  scenario.duration_s = 10'000;
  const SimulationResult result = with_fixed(scenario);
  CHECK(result.instances.interruptions > 400);
  CHECK(result.lost == 0);
  CHECK(result.completed == result.arrivals);
  CHECK(result.instance_s.stopping > 0);
}

TEST_CASE("Little's law holds to rounding in a scenario with everything in it, and everyone is accounted for") {
  for (const Routing routing : {Routing::shared_queue, Routing::least_outstanding}) {
    CAPTURE(static_cast<int>(routing));
    Scenario scenario = busy_scenario(routing);
    scenario.warm_up_s = 0;
    scenario.timeline_points = 180;
    scenario.fleet.failures.time_between_s = scenario.fleet.interruptions.time_between_s = INFINITY;
    // Nothing comes near the end, so that all that was counted was done in time.
    std::get<RateArrivals>(scenario.arrivals).series = {.rate_per_s = {40, 120, 60, 100, 60, 80, 50, 0},
                                                        .interval_s = 220};
    auto policy = make_policy("ec2-pool", {.pool = 1, .highest = 12, .target = 0.4});
    REQUIRE(policy);
    const SimulationResult result = simulate(scenario, **policy, 5);
    CHECK(result.arrivals == result.completed);
    CHECK(result.arrivals > 50'000);
    CHECK(std::abs(result.queued_s / result.wait.sum() - 1) < 1e-9);
    CHECK(std::abs(result.in_service_s / result.service.sum() - 1) < 1e-9);
    CHECK(std::abs((result.wait.sum() + result.service.sum()) / result.response.sum() - 1) < 1e-9);
    CHECK(result.instances.cold_starts + result.instances.draws > 3);
    std::int64_t arrivals = 0;
    double ready = 0;
    for (const TimelinePoint& point : result.timeline) {
      arrivals += point.arrivals;
      ready += point.ready * 10;
    }
    CHECK(result.timeline.size() == 180);
    CHECK(arrivals == result.arrivals);
    CHECK(std::abs(ready / result.instance_s.ready - 1) < 1e-9);
  }
}

TEST_CASE("equal inputs give equal bytes, and another seed or replication does not") {
  for (const Routing routing : {Routing::shared_queue, Routing::least_outstanding}) {
    const Scenario scenario = busy_scenario(routing);
    const auto run = [&](std::uint64_t seed, std::uint64_t replication) {
      auto policy = make_policy("hpa", {.target = 0.6});
      return bytes_of(simulate(scenario, **policy, seed, replication));
    };
    const std::string first = run(3, 0);
    CHECK(first == run(3, 0));
    CHECK(first != run(4, 0));
    CHECK(first != run(3, 1));
  }
}

TEST_CASE("arrivals are the same whatever serves them") {
  Scenario scenario;
  scenario.arrivals = poisson_arrivals(5);
  scenario.fleet.initial_instances = 8;
  const SimulationResult eight = with_fixed(scenario, 9);
  scenario.fleet.initial_instances = 40;
  scenario.fleet.failures.time_between_s = 1000;
  const SimulationResult forty = with_fixed(scenario, 9);
  CHECK(eight.arrivals == forty.arrivals);
}

TEST_CASE("every preset keeps a fleet in which everyone is accounted for, and the limits of the fleet hold") {
  for (const std::string_view name : preset_names()) {
    for (const Routing routing : {Routing::shared_queue, Routing::least_outstanding}) {
      CAPTURE(name);
      Scenario scenario = busy_scenario(routing);
      scenario.fleet.max_instances = 15;
      auto policy = make_policy(name, {.instances = 5, .highest = 14, .requests_per_instance = 16});
      REQUIRE(policy);
      const SimulationResult result = simulate(scenario, **policy, 2);
      CHECK(result.arrivals > 60'000);
      CHECK(result.completed + result.lost + result.rejected + result.unfinished == result.arrivals);
      CHECK(result.unfinished >= 0);
      CHECK(result.most_instances <= 15);
      CHECK(result.response.count() == result.completed);
      CHECK(result.wait.count() == result.completed);
      CHECK(result.exposed <= result.waited);
      CHECK(result.exposed_beyond_slo <= result.exposed);
      CHECK(utilisation(result) > 0.1);
      CHECK(utilisation(result) <= 1);
    }
  }
}

TEST_CASE("what is still there when the drain is over is unfinished, and counts against the threshold") {
  Scenario scenario = by_hand({1, 1, 1, 1, 1});
  scenario.duration_s = 2;
  scenario.drain_s = 1.5;
  const SimulationResult result = with_fixed(scenario);
  CHECK(result.completed == 2);
  CHECK(result.unfinished == 3);
  CHECK(near(attainment(result), 0.4));
  CHECK(near(result.measured_s, 2));
}

TEST_CASE("what arrives before the warm-up is over is not counted") {
  Scenario scenario = by_hand({1, 9.5, 9.6, 20});
  scenario.warm_up_s = 9.55;
  const SimulationResult result = with_fixed(scenario);
  CHECK(result.arrivals == 2);
  CHECK(result.completed == 2);
  CHECK(near(result.wait.sum(), 0.9));
  CHECK(near(result.measured_s, 90.45));
  CHECK(near(result.instance_s.ready, 90.45));
}

TEST_CASE("a policy sees integrals that agree with what happened") {
  Scenario scenario = by_hand({1, 1.5});
  Scripted policy([](const Observation&) { return Orders{.desired = 1}; }, 2.5);
  simulate(scenario, policy, 1);
  REQUIRE(policy.seen.size() >= 2);
  const Observation& first = policy.seen[0];  // at 2.5: one done, one half served after waiting half a second
  CHECK(first.time_s == 2.5);
  CHECK(first.in_service == 1);
  CHECK(first.queued == 0);
  CHECK(first.busy_instances == 1);
  CHECK(first.totals.arrivals == 2);
  CHECK(first.totals.completions == 1);
  CHECK(near(first.totals.queued_s, 0.5));
  CHECK(near(first.totals.in_service_s, 1.5));
  CHECK(near(first.totals.busy_instance_s, 1.5));
  CHECK(near(first.totals.busy_slot_s, 1.5));
  CHECK(near(first.totals.ready_slot_s, 2.5));
  CHECK(policy.seen[1].totals.completions == 2);
  CHECK(policy.seen[1].busy_instances == 0);
}
