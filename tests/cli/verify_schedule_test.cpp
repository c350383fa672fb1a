#include "cli/commands/verify_schedule.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace mlplan;
using namespace mlplan::cli;

namespace {

Traffic series(double step_s, std::vector<double> per_s) {
  Traffic traffic;
  traffic.shape = RateSeries{{}, step_s, std::move(per_s)};
  return traffic;
}

VerifySchedule schedule_of(const Traffic& traffic, double from_s, double duration_s, double rate_factor = 1,
                           double time_scale = 1) {
  VerifyRequest request;
  request.from = std::chrono::nanoseconds(std::llround(from_s * 1e9));
  request.duration = std::chrono::nanoseconds(std::llround(duration_s * 1e9));
  request.time_scale = time_scale;
  const Result<VerifySchedule> schedule = make_schedule(request, traffic, {}, rate_factor);
  REQUIRE(schedule);
  return *schedule;
}

}  // namespace

TEST_CASE("what a run begins with is there for the minute before it, and not for what comes") {
  const Traffic traffic = series(30, {10, 20, 40, 400, 400, 400});
  CHECK(schedule_of(traffic, 90, 60).rate_before_per_s == doctest::Approx(30));
  CHECK(schedule_of(traffic, 75, 60).rate_before_per_s == doctest::Approx((15 * 10 + 30 * 20 + 15 * 40) / 60.0));
  CHECK(schedule_of(traffic, 90, 60, 0.5).rate_before_per_s == doctest::Approx(15));
  // At twice the speed a minute has two.
  CHECK(schedule_of(traffic, 120, 30, 1, 2).rate_before_per_s == doctest::Approx((10 + 20 + 40 + 400) / 4.0));
}

TEST_CASE("a run from the beginning of the traffic begins with what its first seconds ask for") {
  const Traffic traffic = series(10, {10, 40, 400, 400, 400, 400});
  CHECK(schedule_of(traffic, 0, 60).rate_before_per_s == doctest::Approx((10 * 10 + 5 * 40) / 15.0));
  CHECK(schedule_of(traffic, 20, 40).rate_before_per_s == doctest::Approx(25));
}

TEST_CASE("gaps say nothing of the rate before a run, and a traffic that is all gaps until then leaves its mean") {
  const Traffic traffic = series(30, {10, NAN, 40, 40});
  CHECK(schedule_of(traffic, 60, 60).rate_before_per_s == doctest::Approx(10));
  const VerifySchedule behind_gaps = schedule_of(series(30, {NAN, NAN, 40, 40}), 60, 60);
  CHECK(behind_gaps.rate_before_per_s == doctest::Approx(behind_gaps.mean_per_s));
}

TEST_CASE("a rate that was stated was there before, and a day was before midnight") {
  Traffic traffic;
  traffic.shape = ConstantRate{25};
  CHECK(schedule_of(traffic, 0, 10).rate_before_per_s == doctest::Approx(25));
  std::vector<double> hours(24, 1);
  hours[23] = 3;
  const Result<DiurnalRate> day = diurnal_of_hours(26, hours);
  REQUIRE(day);
  traffic.shape = *day;
  CHECK(schedule_of(traffic, 0, 10).rate_before_per_s == doctest::Approx(72));
  CHECK(schedule_of(traffic, 3600, 10).rate_before_per_s == doctest::Approx(24));
}
