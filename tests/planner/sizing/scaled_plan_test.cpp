#include "planner/sizing/scaled_plan.h"

#include <doctest/doctest.h>

#include <cmath>

#include "planner/policies/follow_of_plan.h"
#include "planner/sizing/plan_maker.h"
#include "tests/planner/sizing/example_report.h"

using namespace mlplan;
using namespace mlplan::planner;
using examples::instance_type;
using examples::kMs;
using examples::steady_row;

namespace {

Report measured() {
  Report report = examples::report();
  report.steady = {steady_row(1, 1, 1, 10), steady_row(4, 1, 1, 25), steady_row(1, 1, 2, 11), steady_row(4, 1, 2, 28)};
  return report;
}

// The rate, or where the plan is to follow it half of the time a third of it.
Traffic traffic_of(double rate_per_s, ScalingChoice scaling) {
  Traffic traffic;
  traffic.shape = ConstantRate{rate_per_s};
  if (scaling != ScalingChoice::live) return traffic;
  mlplan::RateSeries series;
  series.step_s = 60;
  for (int minute = 0; minute < 240; ++minute) series.per_s.push_back(rate_per_s * (minute / 40 % 2 == 0 ? 0.33 : 1));
  traffic.shape = series;
  return traffic;
}

Plan plan_for(double rate_per_s, ScalingChoice scaling, const Report& report) {
  static Catalog catalog;
  catalog.instances = {instance_type("small", 2, 8, 0.1, 20), instance_type("quick", 2, 8, 0.11, 30)};
  PlanQuestion question;
  question.reports = {{report, "r.json", &catalog.instances.front()}};
  question.catalog = &catalog;
  question.types = {&catalog.instances.back()};
  question.traffic = traffic_of(rate_per_s, scaling);
  question.slo.latency = {{0.9, 300 * kMs}};
  question.scaling = scaling;
  question.seed = 3;
  question.version = "1";
  const Result<Planned> made = make_planned(question);
  REQUIRE(made);
  REQUIRE(made->plan.recommendation);
  return made->plan;
}

ScaleQuestion question_of(const Plan& plan, const Report& report, double cpus) {
  return {.plan = &plan, .plan_path = "plan.json", .report = &report, .report_path = "r.json", .cpus = cpus};
}

double capacity_here(const ScaledPlan& scaled) {
  return capacity_per_s(scaled.fleet.instance) / scaled.fleet.host->service_factor.back();
}

}  // namespace

TEST_CASE("a fixed plan runs with as many instances as there are CPUs for, at the load the plan gives each") {
  const Report report = measured();
  const Plan plan = plan_for(2000, ScalingChoice::fixed, report);
  const Deployment& planned = *plan.recommendation;
  REQUIRE(planned.instances > 3);
  const Result<ScaledPlan> scaled = scale_plan(question_of(plan, report, 2));
  REQUIRE(scaled);
  CHECK(scaled->planned_instances == planned.instances);
  CHECK(scaled->instances == 2 / (planned.workers * planned.threads));
  CHECK(scaled->fleet.initial_instances == scaled->instances);
  // Requests over capacity are what they are in the plan.
  const double load_planned = 2000 / (planned.capacity_per_s * static_cast<double>(planned.instances));
  const double load_here =
      2000 * scaled->rate_factor / (capacity_here(*scaled) * static_cast<double>(scaled->instances));
  CHECK(load_here == doctest::Approx(load_planned));
  CHECK_FALSE(scaled->why.empty());
}

TEST_CASE("the times are those of the report, without the factor to the planned type") {
  const Report report = measured();
  const Plan plan = plan_for(100, ScalingChoice::fixed, report);
  CHECK(plan.recommendation->times.service_factor != doctest::Approx(1));
  const Result<ScaledPlan> scaled = scale_plan(question_of(plan, report, 2));
  REQUIRE(scaled);
  CHECK(scaled->fleet.instance.service.front().time_s.mean == doctest::Approx(0.010));
  CHECK(scaled->fleet.host->cpus == 2);
  CHECK(scaled->fleet.host->service_factor.front() == doctest::Approx(1));
  bool says_so = false;
  for (const std::string& sentence : scaled->not_verified) says_so |= sentence.find("quick") != std::string::npos;
  CHECK(says_so);
}

TEST_CASE("an instance that has more workers than this machine has CPUs for is run with fewer") {
  const Report report = measured();
  const Plan plan = plan_for(2000, ScalingChoice::fixed, report);
  const Result<ScaledPlan> scaled = scale_plan(question_of(plan, report, 1));
  REQUIRE(scaled);
  CHECK(scaled->fleet.instance.workers == 1);
  CHECK(scaled->instances == 1);
}

TEST_CASE(
    "a plan that follows the load keeps its policy, with fewer instances and its rates for what they serve here") {
  const Report report = measured();
  const Plan plan = plan_for(2000, ScalingChoice::live, report);
  const Deployment& planned = *plan.recommendation;
  REQUIRE(planned.scaling.kind == "live");
  ScaleQuestion question = question_of(plan, report, 2);
  question.instances = 2;
  const Result<ScaledPlan> scaled = scale_plan(question);
  REQUIRE(scaled);
  REQUIRE(scaled->follow);
  const FollowSettings original = *follow_of_plan(planned, "plan.json");
  const FollowSettings& follow = *scaled->follow;
  CHECK(follow.spares == std::min<std::int64_t>(original.spares, 1));
  CHECK(follow.highest == 2);  // spares are among them
  CHECK(scaled->fleet.max_instances == 2);
  const double speed = capacity_here(*scaled) / planned.capacity_per_s;
  CHECK(follow.rates.front() == doctest::Approx(original.rates.front() * speed));
  CHECK(follow.capacity_per_s == doctest::Approx(original.capacity_per_s * speed));
  CHECK(follow.interval_s == original.interval_s);
  CHECK(scaled->make_policy()->name() == "mlplan");
}

TEST_CASE("of spares as many are kept as of instances, and those that are stopped take no CPU") {
  const Report report = measured();
  Plan plan = plan_for(2000, ScalingChoice::live, report);
  Deployment& planned = *plan.recommendation;
  planned.instances = 15;
  planned.scaling.highest = 8;
  planned.scaling.settings["spares"] = 4;
  planned.pool = {.count = 7, .stopped = 3, .by_failures = 0};
  planned.scaling.settings["stopped"] = 3;
  planned.scaling.settings["stopped_ready_in_s"] = 2;
  ScaleQuestion question = question_of(plan, report, 2);
  question.instances = 6;
  Result<ScaledPlan> scaled = scale_plan(question);
  REQUIRE(scaled);
  CHECK(scaled->planned_instances == 12);
  CHECK(scaled->follow->spares == 2);
  CHECK(scaled->follow->stopped == 2);  // of 1.5
  CHECK(scaled->follow->highest == 6);
  CHECK(scaled->fleet.max_instances == 8);
  CHECK(scaled->fleet.initial_pool == 2);
  question.instances = 1;
  scaled = scale_plan(question);
  REQUIRE(scaled);
  CHECK(scaled->follow->spares == 0);  // one serves at least
  CHECK(scaled->follow->stopped == 1);
  question.instances = 12;
  scaled = scale_plan(question);
  REQUIRE(scaled);
  CHECK(scaled->follow->spares == 4);
  CHECK(scaled->follow->stopped == 3);
  question.instances = 13;
  scaled = scale_plan(question);
  REQUIRE_FALSE(scaled);
  CHECK(scaled.error().message == "the plan runs at most 12 instances");
}

TEST_CASE("more instances than there are CPUs for share these, and each is given as much less to do") {
  const Report report = measured();
  const Plan plan = plan_for(2000, ScalingChoice::fixed, report);
  ScaleQuestion question = question_of(plan, report, 2);
  const Result<ScaledPlan> alone = scale_plan(question);
  question.instances = 4 * alone->instances;
  const Result<ScaledPlan> sharing = scale_plan(question);
  REQUIRE(sharing);
  CHECK(sharing->fleet.host->service_factor.back() == doctest::Approx(4 * alone->fleet.host->service_factor.back()));
  CHECK(sharing->rate_factor == doctest::Approx(alone->rate_factor));
}

TEST_CASE("more instances than are planned, and workers larger than the machine, are refused") {
  const Report report = measured();
  const Plan plan = plan_for(100, ScalingChoice::fixed, report);
  ScaleQuestion question = question_of(plan, report, 2);
  question.instances = plan.recommendation->instances + 1;
  CHECK(scale_plan(question).error().where == "--instances");
  const Result<ScaledPlan> small = scale_plan(question_of(plan, report, 0.5));
  REQUIRE_FALSE(small);
  CHECK(small.error().message.find("0.5 CPUs") != std::string::npos);
}
