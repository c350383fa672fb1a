#include "planner/policies/follow_of_plan.h"

#include <doctest/doctest.h>

#include "tests/planner/policies/observations.h"

using namespace mlplan;
using namespace mlplan::planner;

namespace {

FollowSettings every_member_of_its_own() {
  return {.rates = {8, 18, 18, 30},
          .spares = 2,
          .step = 3,
          .capacity_per_s = 11.5,
          .drain_s = 9,
          .interval_s = 4,
          .short_window_s = 13,
          .long_window_s = 61,
          .hold_s = 290,
          .lead_s = 77,
          .lowest = 3};
}

Deployment deployment_with(const FollowSettings& settings) {
  Deployment deployment;
  deployment.scaling.kind = "live";
  deployment.scaling.policy = "mlplan";
  deployment.scaling.rates_per_s = settings.rates;
  deployment.scaling.settings = settings_of(settings);
  return deployment;
}

Error error_of(const Deployment& deployment) {
  const Result<FollowSettings> settings = follow_of_plan(deployment, "plan.json");
  REQUIRE(!settings);
  CHECK(settings.error().kind == ErrorKind::bad_input);
  return settings.error();
}

}  // namespace

TEST_CASE("a policy's settings come back from a plan as they went in") {
  const FollowSettings in = every_member_of_its_own();
  const Result<FollowSettings> out = follow_of_plan(deployment_with(in), "plan.json");
  REQUIRE(out);
  CHECK(out->rates == in.rates);
  CHECK(out->spares == in.spares);
  CHECK(out->step == in.step);
  CHECK(out->capacity_per_s == in.capacity_per_s);
  CHECK(out->drain_s == in.drain_s);
  CHECK(out->interval_s == in.interval_s);
  CHECK(out->short_window_s == in.short_window_s);
  CHECK(out->long_window_s == in.long_window_s);
  CHECK(out->hold_s == in.hold_s);
  CHECK(out->lead_s == in.lead_s);
  CHECK(out->lowest == in.lowest);
  CHECK(!out->forecast);
}

TEST_CASE("spares for failures serve beside those of the policy") {
  Deployment deployment = deployment_with(every_member_of_its_own());
  deployment.pool.by_failures = 3;
  CHECK(follow_of_plan(deployment, "plan.json")->spares == 5);
}

TEST_CASE("a forecast from counts by hour orders as the rates that the counts were made from") {
  FollowSettings planned = every_member_of_its_own();
  planned.forecast = RateSeries{.interval_s = 3600, .repeats = true};
  Deployment deployment = deployment_with(planned);
  deployment.scaling.kind = "scheduled";
  for (int hour = 0; hour < 24; ++hour) {
    planned.forecast->rate_per_s.push_back(1 + 1.2 * hour);
    deployment.scaling.by_hour.push_back(ordered_for(planned, planned.forecast->rate_per_s.back()) - planned.spares);
  }
  Result<FollowSettings> read = follow_of_plan(deployment, "plan.json");
  REQUIRE(read);
  planned.hold_s = read->hold_s = 0;
  FollowPolicy by_rates(planned);
  FollowPolicy by_counts(*read);
  for (double time = 0; time < 2 * 86400; time += 20) {
    const Observation seen{.time_s = time, .desired = 3};
    REQUIRE(by_rates.decide(seen).desired == by_counts.decide(seen).desired);
  }
}

TEST_CASE("a plan that does not say how to scale names what is missing") {
  const Deployment good = deployment_with(every_member_of_its_own());
  Deployment bad = good;
  bad.scaling.policy = "other";
  CHECK(error_of(bad).where == "plan.json: /recommendation/scaling/policy");
  bad = good;
  bad.scaling.settings.erase("hold_s");
  CHECK(error_of(bad).message.find("hold_s") != std::string::npos);
  bad = good;
  bad.scaling.settings["interval_s"] = 0;
  CHECK(error_of(bad).where == "plan.json: /recommendation/scaling/settings/interval_s");
  bad = good;
  bad.scaling.settings["spares"] = 1.5;
  CHECK(error_of(bad).where == "plan.json: /recommendation/scaling/settings/spares");
  bad = good;
  bad.scaling.rates_per_s = {};
  CHECK(error_of(bad).where == "plan.json: /recommendation/scaling/rates_per_s");
  bad.scaling.rates_per_s = {3, 2};
  CHECK(error_of(bad).where == "plan.json: /recommendation/scaling/rates_per_s");
  bad = good;
  bad.scaling.kind = "scheduled";
  CHECK(error_of(bad).where == "plan.json: /recommendation/scaling/by_hour");
  bad.scaling.by_hour.assign(24, 7);
  CHECK(error_of(bad).message.find("7 instances") != std::string::npos);
  bad = good;
  bad.scaling.settings["step"] = 0;
  CHECK(error_of(bad).where == "plan.json: /recommendation/scaling/settings/step");
}

TEST_CASE("spares that are stopped come back from a plan, and a plan without any does not speak of them") {
  FollowSettings settings = every_member_of_its_own();
  CHECK_FALSE(settings_of(settings).contains("stopped"));
  CHECK(follow_of_plan(deployment_with(settings), "plan.json")->stopped == 0);
  settings.stopped = 4;
  settings.stopped_ready_in_s = 31;
  const Result<FollowSettings> read = follow_of_plan(deployment_with(settings), "plan.json");
  REQUIRE(read);
  CHECK(read->stopped == 4);
  CHECK(read->stopped_ready_in_s == 31);
  CHECK(FollowPolicy(*read).decide({.time_s = 4}).pool == 4);
  Deployment bad = deployment_with(settings);
  bad.scaling.settings.erase("stopped_ready_in_s");
  CHECK(error_of(bad).message.find("stopped_ready_in_s") != std::string::npos);
  bad.scaling.settings["stopped"] = 0;
  CHECK(error_of(bad).where == "plan.json: /recommendation/scaling/settings/stopped");
}
