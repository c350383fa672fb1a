#include "bench/load.h"

#include <doctest/doctest.h>

using namespace mlplan;
using namespace mlplan::bench;

namespace {

constexpr double kMs = 1e6;

CellCosts two_cpus() {
  CellCosts costs;
  costs.start_ns = 0.5e9;
  costs.inference_ns = 10 * kMs;
  costs.most_threads = 2;
  costs.cpus = 2;
  costs.budget_ns = 60e9;
  return costs;
}

OpenVisit every_20_ms(std::int64_t count, double service_ns) {
  OpenVisit out;
  for (std::int64_t i = 0; i < count; ++i) {
    const double at = static_cast<double>(i) * 20 * kMs;
    out.requests.push_back({at, at, at, at + service_ns});
    out.last_arrival = at;
  }
  return out;
}

}  // namespace

TEST_CASE("nothing is planned where no load is asked for") {
  const LoadPlan plan = plan_load({}, two_cpus());
  CHECK(plan.cells.empty());
  CHECK(plan.searches.empty());
}

TEST_CASE("every rate goes with every number of requests in flight, which share the CPUs") {
  Options options;
  options.rates = {50, 100};
  options.concurrency = {1, 2};
  options.slo = {{0.99, 50 * kMs}};
  const LoadPlan plan = plan_load(options, two_cpus());
  REQUIRE(plan.cells.size() == 5);  // and the closed loop of two at a time
  CHECK(plan.cells[0].rate_per_s == 50);
  CHECK(plan.cells[0].closed.cell == Cell{1, 2, 1, {}, 1});
  CHECK_FALSE(plan.cells[2].rate_per_s);
  CHECK(plan.cells[2].closed.cell == Cell{1, 1, 1, {}, 2});
  CHECK(plan.cells[4].rate_per_s == 100);
  CHECK(plan.searches.size() == 2);
  CHECK(plan.visit_ns >= 0.5e9);
}

TEST_CASE("a batch is the smallest unless given, and the bounds of the model are kept") {
  Options options;
  options.rates = {50};
  CellCosts costs = two_cpus();
  costs.batch_bounds = {2, 15};
  CHECK(plan_load(options, costs).cells.front().closed.cell.batch == 2);
  options.batches = {4, 16, 32};
  const LoadPlan plan = plan_load(options, costs);
  REQUIRE(plan.cells.size() == 2);
  CHECK(plan.cells[0].closed.cell.batch == 4);
  CHECK(plan.cells[1].closed.cell.batch == 15);
}

TEST_CASE("a low rate makes a visit long, so that the box can say it does not fit") {
  Options options;
  options.rates = {0.01};
  const LoadPlan plan = plan_load(options, two_cpus());
  CHECK(load_visit_ns(plan.cells.front(), plan) >= 3000e9);
}

TEST_CASE("a row of an open loop has response, queue and service apart, and counts inputs") {
  LoadSamples cell;
  cell.closed.cell = {4, 2, 1, {}, 1};
  cell.closed.warm_up_inferences = 30;
  cell.rate_per_s = 50;
  for (int i = 0; i < 6; ++i) cell.visits.push_back(every_20_ms(200, 10 * kMs));
  const SteadyRow row = assemble_row(cell, Arrivals::constant, "time_box");
  CHECK(row.mode == "open");
  CHECK(row.rate_per_s == 50);
  CHECK(row.arrivals == "constant");
  CHECK(row.processes == 6);
  CHECK(row.latency.median == 10 * kMs);
  REQUIRE((row.queue && row.service));
  CHECK(row.queue->median == 0);
  CHECK(row.service->median == 10 * kMs);
  CHECK(row.throughput.median == doctest::Approx(200));  // inputs: 50 requests of 4
  CHECK(row.utilisation == doctest::Approx(0.5));
  CHECK(row.saturated == false);
  CHECK(row.generator_late == false);
  CHECK(row.stop == "converged");
  CHECK(row.unmet.empty());
}

TEST_CASE("a late generator takes the percentiles away and is named") {
  LoadSamples cell;
  cell.rate_per_s = 50;
  for (int i = 0; i < 6; ++i) {
    OpenVisit visit = every_20_ms(200, 10 * kMs);
    for (ServedRequest& each : visit.requests) {
      each.sent += 3 * kMs;
      each.started += 3 * kMs;
      each.done += 3 * kMs;
    }
    cell.visits.push_back(visit);
  }
  const SteadyRow row = assemble_row(cell, Arrivals::constant, "time_box");
  CHECK(row.generator_late == true);
  CHECK(row.late_fraction == 1);
  CHECK(row.latency.percentiles.empty());
  REQUIRE(row.unmet.size() == 1);
  CHECK(row.unmet[0].find("by mlplan and not by the model") != std::string::npos);
}

TEST_CASE("a knee lists what was tried in order of rate, with a row for each") {
  Options options;
  options.slo = {{0.9, 15 * kMs}};
  SearchSamples search{CellSamples(), LoadSearch(options.slo, 1)};
  search.search.set_capacity(100);
  for (int i = 0; i < 40 && search.search.next_rate(); ++i) {
    const double rate = *search.search.next_rate();
    OpenVisit visit = every_20_ms(100, rate > 70 ? 30 * kMs : 10 * kMs);  // slower than it may be, above 70/s
    search.search.add(visit);
  }
  const LoadKnee knee = assemble_knee(search, options);
  CHECK(knee.verdict == "found");
  REQUIRE((knee.holds_per_s && knee.fails_per_s));
  CHECK(*knee.holds_per_s <= 70);
  CHECK(*knee.fails_per_s > 70);
  CHECK(knee.capacity_per_s == 100);
  for (std::size_t i = 1; i < knee.tried.size(); ++i) CHECK(knee.tried[i - 1].rate_per_s < knee.tried[i].rate_per_s);
  CHECK(assemble_rows(search, options, "time_box").size() == knee.tried.size());
}

TEST_CASE("a search that was cut off is not decided") {
  Options options;
  options.slo = {{0.9, 15 * kMs}};
  const SearchSamples search{CellSamples(), LoadSearch(options.slo, 1)};
  const LoadKnee knee = assemble_knee(search, options);
  CHECK(knee.verdict == "not_decided");
  CHECK_FALSE(knee.holds_per_s);
  CHECK_FALSE(knee.fails_per_s);
  CHECK(knee.tried.empty());
}
