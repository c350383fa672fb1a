#include "planner/sizing/service_model.h"

#include <doctest/doctest.h>

#include <cmath>

#include "tests/planner/sizing/example_report.h"

using namespace mlplan;
using namespace mlplan::planner;
using examples::kMs;
using examples::stat_of;
using examples::steady_row;

namespace {

WorkerModel only_worker(const Report& report, const std::map<std::string, std::int64_t>& dims = {}) {
  const Result<ServiceModel> model = service_model_of(report, "r.json", dims);
  REQUIRE(model);
  REQUIRE(model->workers.size() == 1);
  return model->workers.front();
}

double mean_at(const WorkerModel& worker, std::size_t index) { return worker.service.at(index).row.time_s.mean; }

}  // namespace

TEST_CASE("a service law has its squared variation and equally likely points in ascending order") {
  const ServiceLaw law = service_law({1, empirical({0.03, 0.01, 0.02})});
  CHECK(law.points == std::vector<double>{0.01, 0.02, 0.03});
  CHECK(law.scv == doctest::Approx((2.0 / 3 * 1e-4) / 4e-4));
  CHECK(service_law({1, deterministic(0.5)}).points == std::vector<double>{0.5});
}

TEST_CASE("points of a long law are its quantiles, with weights counted") {
  std::vector<double> samples;
  for (int i = 1; i <= 2000; ++i) samples.push_back(i);
  const std::vector<double> points = service_law({1, empirical(samples)}).points;
  REQUIRE(points.size() == 200);
  CHECK(points.front() == 5);
  CHECK(points.back() == 1995);
  // One in four is slow: a quarter of the points.
  const std::vector<double> weighted =
      service_law({1, empirical({1, 1, 1, 1, 9, 9, 9, 9}, {3, 3, 3, 3, 1, 1, 1, 1})}).points;
  REQUIRE(weighted.size() == 8);
  CHECK(std::ranges::count(weighted, 9) == 2);
}

TEST_CASE("workers are grouped by threads and their batches sorted") {
  Report report = examples::report();
  report.steady = {steady_row(4, 2, 1, 20), steady_row(1, 2, 1, 6), steady_row(1, 1, 1, 10)};
  const Result<ServiceModel> model = service_model_of(report, "r.json");
  REQUIRE(model);
  CHECK(model->vcpus == 2);
  CHECK(model->architecture == "x86_64");
  REQUIRE(model->workers.size() == 2);
  CHECK(model->workers[0].threads == 1);
  CHECK(model->workers[1].threads == 2);
  REQUIRE(model->workers[1].service.size() == 2);
  CHECK(model->workers[1].service[0].row.batch == 1);
  CHECK(model->workers[1].service[1].row.batch == 4);
  CHECK(mean_at(model->workers[1], 0) == doctest::Approx(0.006));
}

TEST_CASE("rows that failed, ran at a rate or had several requests at once are not planned with") {
  Report report = examples::report();
  SteadyRow failed = steady_row(2, 1, 1, 1);
  failed.stop = "out_of_memory";
  SteadyRow open = steady_row(4, 1, 1, 1);
  open.mode = "open";
  SteadyRow together = steady_row(8, 1, 1, 1);
  together.concurrency = 2;
  SteadyRow nothing = steady_row(16, 1, 1, 1);
  nothing.latency = {};
  for (const SteadyRow& row : {failed, open, together, nothing}) report.steady.push_back(row);
  CHECK(only_worker(report).service.size() == 1);
}

TEST_CASE("rows are those of the dimensions asked for, and of the defaults of the others") {
  Report report = examples::report();
  report.model.dim_defaults = {{"batch", 1}, {"seq", 128}, {"beam", 4}};
  SteadyRow usual = steady_row(1, 1, 1, 10);
  usual.dims = {{"seq", 128}};
  SteadyRow longer = steady_row(1, 1, 1, 40);
  longer.dims = {{"seq", 512}};
  SteadyRow wide = steady_row(1, 1, 1, 90);
  wide.dims = {{"beam", 8}};
  report.steady = {usual, longer, wide};
  CHECK(mean_at(only_worker(report), 0) == doctest::Approx(0.010));
  CHECK(mean_at(only_worker(report, {{"seq", 512}}), 0) == doctest::Approx(0.040));
  CHECK(mean_at(only_worker(report, {{"beam", 8}}), 0) == doctest::Approx(0.090));

  const Result<ServiceModel> unmeasured = service_model_of(report, "r.json", {{"seq", 256}});
  REQUIRE_FALSE(unmeasured);
  CHECK(unmeasured.error().kind == ErrorKind::bad_input);
  CHECK(unmeasured.error().where == "r.json");
  CHECK(unmeasured.error().hint.find("--dim") != std::string::npos);
  CHECK_FALSE(service_model_of(report, "r.json", {{"nobody_knows", 1}}));
}

TEST_CASE("contention is measured by the share of the machine's vCPUs, the worst batch of each share") {
  Report report = examples::report();
  report.machine.cpu.logical = 4;
  report.steady = {steady_row(1, 1, 1, 10), steady_row(4, 1, 1, 30), steady_row(1, 1, 2, 12), steady_row(4, 1, 2, 33),
                   steady_row(1, 1, 4, 15), steady_row(8, 1, 4, 500)};  // batch 8 was never measured alone
  const WorkerModel worker = only_worker(report);
  REQUIRE(worker.contention.size() == 3);
  CHECK(worker.largest_share() == 1);
  CHECK(worker.factor_at(0.1) == 1);
  CHECK(worker.factor_at(0.25) == 1);
  CHECK(worker.factor_at(0.5) == doctest::Approx(1.2));
  CHECK(worker.factor_at(0.375) == doctest::Approx(1.1));
  CHECK(worker.factor_at(1) == doctest::Approx(1.5));
  CHECK(worker.factor_at(2) == doctest::Approx(1.5));
}

TEST_CASE("more workers are never faster, whatever was measured") {
  Report report = examples::report();
  report.machine.cpu.logical = 4;
  report.steady = {steady_row(1, 1, 1, 10), steady_row(1, 1, 2, 13), steady_row(1, 1, 4, 9)};
  const WorkerModel worker = only_worker(report);
  CHECK(worker.factor_at(0.5) == doctest::Approx(1.3));
  CHECK(worker.factor_at(1) == doctest::Approx(1.3));
}

TEST_CASE("the error is that of the worst interval over all batches") {
  Report report = examples::report();
  SteadyRow worse = steady_row(4, 1, 1, 30);
  worse.latency.low = 27 * kMs;  // 10 % below, 5 % above
  worse.latency.high = 31.5 * kMs;
  worse.latency.n = 3;
  report.steady.push_back(worse);
  const WorkerModel worker = only_worker(report);
  CHECK(worker.error == doctest::Approx(0.1));
  CHECK(worker.error_known);
  CHECK(worker.fewest_samples == 3);
}

TEST_CASE("without an interval the error is the range over stretches of time, and a quarter where there is one") {
  Report report = examples::report();
  report.steady.front().latency.low = report.steady.front().latency.high = std::nullopt;
  CHECK(only_worker(report).error == 0.25);
  CHECK_FALSE(only_worker(report).error_known);
  report.steady.front().throughput = stat_of(100, 0, {0.8, std::nan(""), 1, 1.1});
  CHECK(only_worker(report).error == doctest::Approx(0.25));  // 100 / 80
  report.steady.front().throughput = stat_of(100, 0, {0.95, 1, 1.2});
  CHECK(only_worker(report).error == doctest::Approx(0.2));
}

TEST_CASE("a report without a steady state of one worker, or without CPUs, is refused") {
  Report report = examples::report();
  report.machine.cpu.logical = 0;
  CHECK_FALSE(service_model_of(report, "r.json"));
  report = examples::report();
  report.steady = {steady_row(1, 1, 2, 10)};
  const Result<ServiceModel> model = service_model_of(report, "r.json");
  REQUIRE_FALSE(model);
  CHECK(model.error().kind == ErrorKind::bad_input);
  CHECK(model.error().hint.find("--time-box") != std::string::npos);
}
