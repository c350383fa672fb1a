#include "planner/sizing/planned_candidate.h"

#include <doctest/doctest.h>

#include <cmath>

#include "planner/policies/follow_of_plan.h"
#include "planner/sizing/follow_load.h"
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
  report.steady = {steady_row(1, 1, 1, 1000), steady_row(4, 1, 1, 2500), steady_row(1, 1, 2, 1100),
                   steady_row(4, 1, 2, 2800)};
  return report;
}

// Measured on another type: all factors differ from 1.
struct Made {
  Catalog catalog = {};
  PlanQuestion question = {};
  Solution solution = {};  // as the planner had it
  Plan plan = {};          // read again from its document

  explicit Made(Traffic traffic) {
    catalog.instances = {instance_type("small", 2, 8, 0.1, 20), instance_type("quick", 2, 8, 0.11, 30)};
    question.reports = {{measured(), "r.json", &catalog.instances.front()}};
    question.catalog = &catalog;
    question.types = {&catalog.instances.back()};
    question.traffic = std::move(traffic);
    question.slo.latency = {{0.9, 8000 * kMs}};
    question.slo.exposure = 0.05;
    question.start_up.node_s = 45;
    question.scaling = ScalingChoice::live;
    question.seed = 3;
    question.version = "1";
    const Result<Planned> made = make_planned(question);
    REQUIRE(made);
    REQUIRE(made->solution);
    solution = *made->solution;
    Result<Plan> read = read_plan(write_plan(made->plan), "plan.json");
    REQUIRE(read);
    plan = *std::move(read);
    REQUIRE(plan.recommendation);
  }
  Made(const Made&) = delete;
};

// Plays the deployment as its document has it over the windows that the planner played.
TrialResult replayed(const Made& made) {
  const Deployment& deployment = *made.plan.recommendation;
  const Result<Candidate> candidate = planned_candidate(deployment, made.question.reports.front().report, "r.json");
  REQUIRE(candidate);
  const Result<FollowSettings> policy = follow_of_plan(deployment, "plan.json");
  REQUIRE(policy);
  TrialResult result;
  run_trial({*candidate, follow_scaling(*policy)},
            {.windows = &made.solution.windows, .objectives = &made.question.slo.latency, .seed = made.question.seed},
            0, 2, result);
  return result;
}

Traffic wave() {
  mlplan::RateSeries series;
  series.step_s = 300;
  for (int i = 0; i < 24; ++i) series.per_s.push_back(6 - 4 * std::cos(i * 0.5));
  Traffic traffic;
  traffic.shape = std::move(series);
  return traffic;
}

Traffic day() {
  Traffic traffic;
  traffic.shape = *diurnal_of_peak(4, 9, 14);
  return traffic;
}

std::string message_of(const Deployment& deployment, const Report& report) {
  const Result<Candidate> candidate = planned_candidate(deployment, report, "r.json");
  REQUIRE(!candidate);
  CHECK(candidate.error().kind == ErrorKind::bad_input);
  CHECK(candidate.error().where == "r.json");
  return candidate.error().message;
}

}  // namespace

TEST_CASE("a plan's document, played over what it was made for, gives the figures that it predicts") {
  for (const bool scheduled : {false, true}) {
    const Made made(scheduled ? day() : wave());
    const Deployment& deployment = *made.plan.recommendation;
    CHECK(deployment.scaling.kind == (scheduled ? "scheduled" : "live"));
    CHECK(deployment.times.service_factor != doctest::Approx(1));
    CHECK(settings_of(*follow_of_plan(deployment, "plan.json")) == settings_of(made.solution.policy));
    CHECK(follow_of_plan(deployment, "plan.json")->rates == made.solution.policy.rates);
    const TrialResult result = replayed(made);
    CHECK(result.within(0).mean == deployment.predicted.attainment.value);
    CHECK(result.exposure().mean == deployment.predicted.exposure.value);
    CHECK(result.utilisation().mean == deployment.predicted.utilisation.value);
    CHECK(1e9 * result.response_quantile(0.99) == deployment.predicted.latency.back().response_ns.value);
  }
}

TEST_CASE("a report without what a plan rests on is refused by name") {
  Deployment deployment;
  deployment.times.start_up_state = "model_cold";
  deployment.max_batch = 4;
  REQUIRE(planned_candidate(deployment, measured(), "r.json"));
  Deployment other = deployment;
  other.threads = 2;
  CHECK(message_of(other, measured()).find("worker of 2 threads") != std::string::npos);
  other = deployment;
  other.max_batch = 3;
  CHECK(message_of(other, measured()).find("batch of 3") != std::string::npos);
  other = deployment;
  other.times.start_up_state = "all_cold";
  CHECK(message_of(other, measured()).find("all_cold") != std::string::npos);
  other = deployment;
  other.times.dims = {{"seq", 128}};
  CHECK(message_of(other, measured()).find("dimensions") != std::string::npos);
}
