#include "planner/simulation/serving_of_report.h"

#include <doctest/doctest.h>

#include "tests/planner/sizing/example_report.h"

using namespace mlplan;
using namespace mlplan::planner;
using examples::stat_of;

namespace {

Report measured() {
  Report report;
  ServingRow& row = report.serving.emplace_back();
  row.threads = 2;
  row.workers = 3;
  row.after_idle = stat_of(1.6);
  row.after_idle_beside = stat_of(1.3);
  row.cooling_ns = 6e6;
  row.warming_ns = 5e6;
  row.beside = stat_of(1.4);
  return report;
}

}  // namespace

TEST_CASE("serving one by one takes the medians of the threads in question") {
  const Report report = measured();
  const AfterIdle after_idle = after_idle_of(report, 2);
  CHECK(after_idle.factor(0) == doctest::Approx(1.6));
  CHECK(after_idle.factor(1) == doctest::Approx(1.45));
  CHECK(after_idle.factor(2) == doctest::Approx(1.3));
  CHECK(after_idle.factor(5) == doctest::Approx(1.3));
  CHECK(after_idle.cooling_s == doctest::Approx(0.006));
  CHECK(after_idle.warming_s == doctest::Approx(0.005));
  const std::vector<double> factors = service_factors_of(report, 2, 3, 6);
  REQUIRE(factors.size() == 3);
  CHECK(factors[0] == 1);
  CHECK(factors[1] == doctest::Approx(1.2));
  CHECK(factors[2] == doctest::Approx(1.4));
}

TEST_CASE("what was not measured changes nothing, and nothing gets faster") {
  Report report = measured();
  CHECK(after_idle_of(report, 1).factor(0) == 1);
  CHECK(service_factors_of(report, 1, 3, 6).empty());
  report.serving[0].after_idle = stat_of(0.98);
  report.serving[0].after_idle_beside = stat_of(0.97);
  report.serving[0].beside = stat_of(0.9);
  CHECK(after_idle_of(report, 2).factor(0) == 1);
  CHECK(after_idle_of(report, 2).factor(2) == 1);
  CHECK(service_factors_of(report, 2, 3, 6) == std::vector<double>{1, 1, 1});
  report.serving[0].after_idle = stat_of(1.2);
  report.serving[0].after_idle_beside.reset();  // as an older report has it
  CHECK(after_idle_of(report, 2).factor(2) == doctest::Approx(1.2));
  report.serving[0].beside.reset();
  CHECK(service_factors_of(report, 2, 3, 6).empty());
}

TEST_CASE("more slots than there are CPUs for share these, whether the measured ones did or not") {
  Report report = measured();
  const auto factors = [&](std::int64_t slots, double cpus) { return service_factors_of(report, 2, slots, cpus); };
  // Three that have CPUs of their own: 1.4; on the line beyond.
  REQUIRE(factors(4, 8).size() == 4);
  CHECK(factors(4, 8)[3] == doctest::Approx(1.6));
  // Six on the CPUs of three: as much contention, and half of the time each.
  REQUIRE(factors(6, 6).size() == 6);
  CHECK(factors(6, 6)[2] == doctest::Approx(1.4));
  CHECK(factors(6, 6)[5] == doctest::Approx(2.8));
  // Three on the CPUs of two: 2.1 is 1.5 by sharing, and 1.4 by contention.
  report.serving[0].beside = stat_of(2.1);
  CHECK(factors(3, 4)[1] == doctest::Approx(1.4));
  CHECK(factors(3, 4)[2] == doctest::Approx(2.1));
  // On those of one there is nobody beside: all is sharing.
  report.serving[0].beside = stat_of(3.3);
  CHECK(factors(3, 2)[0] == doctest::Approx(1));
  CHECK(factors(3, 2)[1] == doctest::Approx(2));
  CHECK(factors(3, 2)[2] == doctest::Approx(3));
}
