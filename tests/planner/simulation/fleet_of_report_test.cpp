#include "planner/simulation/fleet_of_report.h"

#include <doctest/doctest.h>

#include <string>

using namespace mlplan;
using namespace mlplan::planner;

namespace {

Stat stat_of(std::vector<double> samples) {
  Stat stat;
  stat.n = static_cast<std::int64_t>(samples.size());
  stat.median = samples[samples.size() / 2];
  stat.samples = std::move(samples);
  return stat;
}

SteadyRow row(std::int64_t batch, std::int64_t threads, std::int64_t workers, double latency_ms, double throughput) {
  SteadyRow result;
  result.batch = batch;
  result.threads = threads;
  result.workers = workers;
  result.latency = stat_of({latency_ms * 1e6, latency_ms * 1e6, latency_ms * 1e6});
  result.throughput = stat_of({throughput});
  return result;
}

Report report() {
  Report result;
  result.steady = {row(1, 1, 1, 10, 100), row(4, 1, 1, 40, 100), row(1, 2, 1, 6, 160),
                   row(4, 2, 1, 20, 200), row(8, 2, 1, 40, 200), row(1, 1, 2, 12, 170)};
  SteadyRow failed = row(16, 2, 1, 1, 1e9);
  failed.latency = Stat{};
  failed.stop = "out_of_memory";
  result.steady.push_back(failed);
  ColdStartState warm;
  warm.name = "warm";
  warm.achieved = true;
  warm.time_to_first_result = stat_of({2e9, 4e9});
  ColdStartState cold;
  cold.name = "model_cold";
  cold.why_not = "the file lies in memory";
  cold.time_to_first_result = stat_of({3e9});  // of a state that was not the one asked for
  result.cold_start.states = {cold, warm};
  SimultaneousStarts two{.starts = 2, .state = "warm", .time_to_first_result = {}, .slowest = {}, .slowdown = 1.5};
  SimultaneousStarts four{.starts = 4, .state = "warm", .time_to_first_result = {}, .slowest = {}, .slowdown = 3.5};
  result.cold_start.simultaneous = {four, two};
  return result;
}

}  // namespace

TEST_CASE("all measured batches up to the one asked for become the law of service") {
  const auto instance = instance_of_report(report(), {.max_batch = 4, .threads = 2});
  REQUIRE(instance);
  CHECK(instance->settings.max_batch == 4);
  REQUIRE(instance->settings.service.size() == 2);
  CHECK(instance->settings.service[0].batch == 1);
  CHECK(instance->settings.service[0].time_s.mean == doctest::Approx(0.006));
  CHECK(instance->settings.service[1].batch == 4);
  CHECK(instance->settings.service[1].time_s.mean == doctest::Approx(0.020));
  CHECK(instance->settings.service[1].time_s.samples.size() == 3);
}

TEST_CASE("threads that are not said are those with the highest throughput") {
  const auto one = instance_of_report(report(), {});
  REQUIRE(one);
  CHECK(one->threads == 2);
  const auto beside = instance_of_report(report(), {.workers = 2});
  REQUIRE(beside);
  CHECK(beside->threads == 1);
  CHECK(beside->settings.workers == 2);
  CHECK(beside->settings.service[0].time_s.mean == doctest::Approx(0.012));
}

TEST_CASE("what was not measured is refused, and what there is listed") {
  const auto hint_of = [](const MeasuredChoice& choice) {
    const auto instance = instance_of_report(report(), choice);
    REQUIRE_FALSE(instance);
    CHECK(instance.error().kind == ErrorKind::usage);
    return instance.error().hint;
  };
  CHECK(hint_of({.max_batch = 3}) == "it has --batch 1, 4, 8");  // not 16, which failed
  CHECK(hint_of({.max_batch = 8, .threads = 1}) == "it has --threads 2");
  CHECK(hint_of({.workers = 3}) == "it has --workers 1, 2");
  CHECK(hint_of({.concurrency = 2}) == "it has --concurrency 1");
  CHECK_FALSE(instance_of_report(Report{}, {}));
}

TEST_CASE("rows at other values of a dimension are left out") {
  Report with_dims = report();
  for (SteadyRow& each : with_dims.steady) each.dims = {{"seq", 128}};
  SteadyRow longer = row(1, 2, 1, 60, 16);
  longer.dims = {{"seq", 512}};
  with_dims.steady.push_back(longer);
  const auto instance = instance_of_report(with_dims, {});
  REQUIRE(instance);
  CHECK(instance->dims == "seq=128");
  CHECK(instance->settings.service.size() == 1);
  CHECK(instance->settings.service[0].time_s.mean == doctest::Approx(0.006));
}

TEST_CASE("a start that was not achieved is never replaced by another state") {
  const auto cold = start_up_of_report(report(), "model_cold", false);
  REQUIRE_FALSE(cold);
  CHECK(cold.error().message.find("the file lies in memory") != std::string::npos);
  CHECK(cold.error().hint == "--state warm, or --start-up 60s");
  const auto warm = start_up_of_report(report(), "warm", false);
  REQUIRE(warm);
  CHECK(warm->load_s.mean == doctest::Approx(3));
  CHECK(warm->simultaneous_factor.empty());
  CHECK_FALSE(start_up_of_report(report(), "all_cold", false));
}

TEST_CASE("starts on one host slow down as was measured, between on the line") {
  CHECK(start_up_of_report(report(), "warm", true)->simultaneous_factor == std::vector<double>{1, 1.5, 2.5, 3.5});
  Report without = report();
  without.cold_start.simultaneous.clear();
  CHECK_FALSE(start_up_of_report(without, "warm", true));
}
