#include "planner/simulation/simulation_summary.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace mlplan;
using namespace mlplan::planner;

namespace {

// `slow` of 10,000 requests take 1 s, the others 10 ms.
SimulationResult replication(std::int64_t slow, std::int64_t exposed = 0) {
  constexpr std::int64_t kRequests = 10'000;
  SimulationResult result;
  result.arrivals = kRequests;
  result.completed = kRequests;
  result.within_slo = kRequests - slow;
  result.within_other = {kRequests - slow};
  result.exposed = exposed;
  for (std::int64_t i = 0; i < kRequests; ++i) {
    result.response.record(i < slow ? 1.0 : 0.010);
    result.service.record(0.010);
  }
  result.batches = kRequests / 2;
  result.measured_s = 100;
  result.instance_s.ready = 250;
  return result;
}

Slo within_100ms(double quantile = 0.99) {
  return {.latency = {{quantile, 100e6}}, .exposure = {}, .availability = {}, .survive = {}};
}

std::string verdict_of(const std::vector<SimulationResult>& results, const Slo& slo) {
  return verdicts_of(results, slo, 0.95).front().verdict;
}

}  // namespace

TEST_CASE("an objective is met or missed when the whole interval says so, and else not decided") {
  CHECK(verdict_of({replication(20), replication(30), replication(25)}, within_100ms()) == "met");
  CHECK(verdict_of({replication(200), replication(230), replication(215)}, within_100ms()) == "missed");
  CHECK(verdict_of({replication(20), replication(190), replication(60)}, within_100ms()) == "inconclusive");
  CHECK(verdict_of({replication(100), replication(100)}, within_100ms()) == "met");  // exactly what is allowed
}

TEST_CASE("one replication decides nothing") {
  const auto verdicts = verdicts_of(std::vector{replication(0)}, within_100ms(), 0.95);
  CHECK(verdicts[0].verdict == "inconclusive");
  CHECK(verdicts[0].why == "One replication has no interval.");
  CHECK_FALSE(verdicts[0].missed.low);
}

TEST_CASE("none seen among too few requests is no proof") {
  const std::vector<SimulationResult> none = {replication(0), replication(0)};
  CHECK(verdict_of(none, within_100ms(0.999)) == "met");  // 20 of 20,000 may be
  CHECK(verdict_of(none, within_100ms(0.9999)) == "inconclusive");
  CHECK(verdicts_of(none, within_100ms(0.9999), 0.95)[0].why.find("20000 requests are too few") != std::string::npos);
}

TEST_CASE("requests that were never served miss every latency") {
  SimulationResult lossy = replication(0);
  lossy.arrivals += 1000;
  lossy.rejected = 1000;
  const Slo two{.latency = {{0.5, 20e6}, {0.99, 100e6}}, .exposure = {}, .availability = {}, .survive = {}};
  const auto verdicts = verdicts_of(std::vector{lossy, lossy}, two, 0.95);
  REQUIRE(verdicts.size() == 2);
  for (const ObjectiveVerdict& verdict : verdicts) CHECK(verdict.missed.value == doctest::Approx(1.0 / 11));
  CHECK(verdicts[0].verdict == "met");
  CHECK(verdicts[1].verdict == "missed");
  CHECK(worst_of(verdicts) == "missed");
  CHECK(figures_of(std::vector{lossy, lossy}, {}, 0.95).unserved.value == doctest::Approx(1.0 / 11));
}

TEST_CASE("exposure is judged like a latency") {
  Slo slo;
  slo.exposure = 0.01;
  CHECK(verdict_of({replication(0, 20), replication(0, 21)}, slo) == "met");
  CHECK(verdict_of({replication(0, 500), replication(0, 510)}, slo) == "missed");
  CHECK(worst_of({}) == "none");
}

TEST_CASE("figures are means over replications with an interval of the mean") {
  const std::vector<SimulationResult> results = {replication(0), replication(200)};
  const SimulatedFigures figures = figures_of(results, within_100ms(0.95), 0.95);
  CHECK(figures.requests.value == 10'000);
  CHECK(figures.ready.value == doctest::Approx(2.5));
  CHECK(figures.mean_batch.value == doctest::Approx(2));
  CHECK(figures.mean_response_ns.value == doctest::Approx((10e6 + 29.8e6) / 2));
  REQUIRE(figures.mean_response_ns.high);
  // Student's t of one degree of freedom at 97.5 %: 12.706.
  CHECK(*figures.mean_response_ns.high - figures.mean_response_ns.value ==
        doctest::Approx(12.706 * 9.9e6).epsilon(1e-4));
  CHECK(*figures.mean_response_ns.low == 0);
  REQUIRE(figures.response.size() == 5);  // p50, p90, p95 of the objective, p99, p99.9
  CHECK(figures.response[2].quantile == 0.95);
  CHECK(figures.response[3].response_ns->value == doctest::Approx((10e6 + 1e9) / 2).epsilon(0.02));
}

TEST_CASE("no percentile beyond the last request") {
  SimulationResult few;
  few.arrivals = few.completed = 500;
  for (int i = 0; i < 500; ++i) few.response.record(0.01);
  const SimulatedFigures figures = figures_of(std::vector{replication(0), few}, {}, 0.95);
  CHECK(figures.response[2].response_ns.has_value());  // p99
  CHECK_FALSE(figures.response[3].response_ns.has_value());
}

TEST_CASE("a stretch of the timeline has rates and means") {
  SimulationResult result;
  result.timeline = {{.start_s = 60,
                      .arrivals = 300,
                      .completed = 100,
                      .beyond_slo = 7,
                      .exposed = 3,
                      .wait_s = 1,
                      .response_s = 2,
                      .max_response_s = 0.5,
                      .queued = 4,
                      .in_service = 2,
                      .ready = 3,
                      .loading = 1,
                      .pooled = 5}};
  const auto stretches = timeline_of(result, 30);
  REQUIRE(stretches.size() == 1);
  CHECK(stretches[0].arrivals_per_s == 10);
  CHECK(stretches[0].mean_response_ns == doctest::Approx(20e6));
  CHECK(stretches[0].max_response_ns == doctest::Approx(500e6));
  CHECK(stretches[0].late == 7);
}

TEST_CASE("each objective has its threshold counted, the highest quantile's as the scenario's own") {
  Scenario scenario;
  count_objectives({}, scenario);
  CHECK(std::isinf(scenario.slo_response_s));
  Slo slo;
  slo.latency = {{0.5, 20e6}, {0.9, 40e6}, {0.99, 100e6}};
  count_objectives(slo, scenario);
  CHECK(scenario.slo_response_s == doctest::Approx(0.1));
  REQUIRE(scenario.other_responses_s.size() == 2);
  CHECK(scenario.other_responses_s[1] == doctest::Approx(0.04));
  CHECK(scenario.other_responses_s[1] > 0.04);
}
