#include "planner/sizing/screen.h"

#include <doctest/doctest.h>

#include <cmath>

#include "planner/queueing/delay_queue.h"
#include "planner/sizing/search.h"
#include "tests/planner/sizing/example_report.h"

using namespace mlplan;
using namespace mlplan::planner;
using examples::candidate_of;
using examples::instance_type;
using examples::kMs;

namespace {

const InstanceType kType = instance_type("a", 2, 8, 1);

// 2000 equally likely quantiles of an exponential law.
Distribution exponential_points(double mean) {
  std::vector<double> samples;
  for (int i = 0; i < 2000; ++i) samples.push_back(-mean * std::log(1 - (i + 0.5) / 2000));
  return empirical(samples);
}

}  // namespace

TEST_CASE("an idle instance answers within the quantile of its fastest batch, on its own type") {
  Candidate candidate = candidate_of(kType, 1, empirical({0.01, 0.02, 0.03, 0.04}));
  candidate.service_factor = 2;
  const std::vector<LatencyObjective> objectives = {{0.5, 100 * kMs}};
  const Screen screen(candidate, objectives);
  CHECK(screen.idle_response(0.5) == doctest::Approx(0.04));
  CHECK(screen.idle_response(0.51) == doctest::Approx(0.06));
  CHECK(screen.idle_response(0.9999) == doctest::Approx(0.08));
}

TEST_CASE("an objective below the service time has no number of instances") {
  const Candidate candidate = candidate_of(kType, 1, empirical({0.01, 0.02, 0.03, 0.04}));
  const std::vector<LatencyObjective> never = {{0.9, 35 * kMs}};
  CHECK_FALSE(Screen(candidate, never).instances_for(1));
  const std::vector<LatencyObjective> just = {{0.9, 41 * kMs}};
  CHECK(Screen(candidate, just).instances_for(1));
  const std::vector<LatencyObjective> one_of_two = {{0.5, 35 * kMs}, {0.9, 35 * kMs}};
  CHECK_FALSE(Screen(candidate, one_of_two).instances_for(1));
}

TEST_CASE("with exponential service it is Erlang's exact number, or one beside it") {
  const Candidate candidate = candidate_of(kType, 1, exponential_points(0.1));
  for (const double load : {0.5, 4.0, 20.0, 90.0}) {
    for (const double most_s : {0.35, 0.5, 1.0}) {
      const std::vector<LatencyObjective> objectives = {{0.95, 1e9 * most_s}};
      const DelayQueue queue{.arrival_rate = load / 0.1, .service_rate = 10};
      const std::int64_t exact = servers_for_response(queue, most_s, 0.05).value();
      const std::int64_t screened = Screen(candidate, objectives).instances_for(load / 0.1).value();
      CAPTURE(load);
      CAPTURE(most_s);
      CHECK(std::abs(screened - exact) <= 1);
    }
  }
}

TEST_CASE("the rate that it gives to a number of instances is Erlang's within two per cent") {
  const Candidate candidate = candidate_of(kType, 1, exponential_points(0.1));
  const auto highest = [](const auto& is_kept) {
    double below = 0;
    double above = 1000;
    for (int i = 0; i < 40; ++i) (is_kept((below + above) / 2) ? below : above) = (below + above) / 2;
    return below;
  };
  for (const std::int64_t instances : {1, 2, 5, 20, 60}) {
    for (const double most_s : {0.35, 0.5, 1.0}) {
      const std::vector<LatencyObjective> objectives = {{0.95, 1e9 * most_s}};
      const Screen screen(candidate, objectives);
      const double screened = highest([&](double rate) { return screen.instances_for(rate) <= instances; });
      const double exact = highest([&](double rate) {
        const DelayQueue queue{.arrival_rate = rate, .service_rate = 10, .servers = instances};
        return queue.utilisation() < 0.98 && response_tail(queue, most_s) <= 0.05;
      });
      CAPTURE(instances);
      CAPTURE(most_s);
      CHECK(screened == doctest::Approx(exact).epsilon(0.02));
    }
  }
}

TEST_CASE("it is monotone: more load or a tighter objective never takes fewer, and a slot more never more") {
  Candidate one = candidate_of(kType, 1, empirical({0.01, 0.012, 0.02, 0.05}));
  // A batch of four in the time of two.
  WorkerModel worker = *one.worker;
  worker.service.push_back(service_law({4, empirical({0.02, 0.024, 0.04, 0.1})}));
  one.worker = std::make_shared<const WorkerModel>(worker);
  one.max_batch = 4;
  Candidate two = one;
  two.workers = 2;
  const std::vector<LatencyObjective> loose = {{0.5, 50 * kMs}, {0.95, 200 * kMs}};
  const std::vector<LatencyObjective> tight = {{0.5, 30 * kMs}, {0.95, 110 * kMs}};
  std::int64_t before = 0;
  for (double rate = 0.01; rate < 5000; rate *= 1.3) {
    const std::int64_t count = Screen(one, loose).instances_for(rate).value();
    CHECK(count >= before);
    CHECK(Screen(one, tight).instances_for(rate).value() >= count);
    CHECK(Screen(two, loose).instances_for(rate).value() <= count);
    CHECK(Screen(slower(one, 1.2), loose).instances_for(rate).value() >= count);
    before = count;
  }
}

TEST_CASE("no requests take one instance") {
  const std::vector<LatencyObjective> objectives = {{0.99, 100 * kMs}};
  CHECK(Screen(candidate_of(kType, 1, deterministic(0.01)), objectives).instances_for(0) == 1);
}

TEST_CASE("an objective that equals a time of the law to the last bit is decided, one way or the other") {
  // Products and quotients of the same numbers round differently: whichever is meant, it must be the same everywhere.
  for (int i = 1; i <= 400; ++i) {
    Candidate candidate = candidate_of(kType, 1, deterministic(0.001 * i));
    candidate.service_factor = 1 + 0.01 * (i % 37);
    const double service_s = 0.001 * i * candidate.service_factor;
    for (const double ns :
         {1e9 * service_s, std::nextafter(1e9 * service_s, 0.0), std::nextafter(1e9 * service_s, 1e18)}) {
      const std::vector<LatencyObjective> objectives = {{0.99, ns}};
      const std::optional<std::int64_t> count = Screen(candidate, objectives).instances_for(1 / service_s);
      if (count) CHECK(*count < 1000);
    }
  }
}

TEST_CASE("with batches it is within a third or two instances of what the simulator finds") {
  const std::vector<LatencyObjective> objectives = {{0.95, 250 * kMs}};
  Candidate candidate = candidate_of(kType, 2, deterministic(0.02));
  WorkerModel worker = *candidate.worker;
  worker.service.push_back(service_law({4, deterministic(0.06)}));
  candidate.worker = std::make_shared<const WorkerModel>(worker);
  candidate.max_batch = 4;
  for (const double rate : {118.0, 122.0, 380.0, 900.0}) {  // the first just within what one serves, 133 a second
    const std::int64_t screened = Screen(candidate, objectives).instances_for(rate).value();
    const Demand demand{.kind = "constant",
                        .rates = {.rate_per_s = {rate}, .interval_s = 3600},
                        .mean_per_s = rate,
                        .peak_per_s = rate};
    const std::vector<Window> windows = {busiest_window(demand, {.requests = 20'000})};
    const std::optional<Sized> sized =
        smallest_fixed(candidate, screened, 1, 1000, windows, {objectives, std::nullopt}, {}, 1);
    REQUIRE(sized);
    CAPTURE(rate);
    if (rate < 130) CHECK(screened == sized->instances);
    CHECK(screened <= sized->instances + 1);
    CHECK(sized->instances <= std::max(screened + 2, screened * 4 / 3));
  }
}

TEST_CASE("it is within a third or two instances of what the simulator finds") {
  const std::vector<LatencyObjective> objectives = {{0.95, 40 * kMs}};
  for (const std::int64_t workers : {1, 4}) {
    const Candidate candidate = candidate_of(kType, workers, empirical({0.008, 0.009, 0.01, 0.011, 0.02}));
    const double rate = 600;
    const Demand demand{.kind = "constant",
                        .rates = {.rate_per_s = {rate}, .interval_s = 3600},
                        .mean_per_s = rate,
                        .peak_per_s = rate};
    const std::int64_t screened = Screen(candidate, objectives).instances_for(rate).value();
    const std::vector<Window> windows = {busiest_window(demand, {.requests = 10'000})};
    const std::optional<Sized> sized =
        smallest_fixed(candidate, screened, 1, 1000, windows, {objectives, std::nullopt}, {}, 1);
    REQUIRE(sized);
    CAPTURE(workers);
    CHECK(screened <= sized->instances + 1);  // a queue for each waits longer
    CHECK(sized->instances <= std::max(screened + 2, screened * 4 / 3));
  }
}
