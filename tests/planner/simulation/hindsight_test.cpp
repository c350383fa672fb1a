#include "planner/simulation/hindsight.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "planner/policies/fixed.h"
#include "planner/simulation/simulator.h"

using namespace mlplan::planner;

namespace {

constexpr double kStretch_s = 100;
constexpr std::size_t kStretches = 20;

// An instance at a load of 0.4 of services of a second that vary.
Scenario at_even_speed() {
  Scenario scenario;
  std::vector<double> times(800);
  make_source(poisson_arrivals(0.4), pcg64(3))->fill(times);
  scenario.arrivals = ListedArrivals{times};
  scenario.duration_s = kStretch_s * kStretches;
  scenario.timeline_points = kStretches;
  scenario.fleet.host = SharedHost{};
  return scenario;
}

PolicyFactory one_instance() {
  return [] { return std::make_unique<FixedPolicy>(FixedSettings{.instances = 1}); };
}

}  // namespace

TEST_CASE("in hindsight, the figures of a run on a machine that became slower are those of its own speed") {
  const Scenario predicted = at_even_speed();
  Scenario happened = predicted;
  happened.fleet.host->pace_stretch_s = kStretch_s;
  for (std::size_t i = 0; i < kStretches; ++i) happened.fleet.host->pace.push_back(i < kStretches / 2 ? 0.8 : 1.6);
  FixedPolicy policy({.instances = 1});
  const std::vector<FigureOfRun> figures = figures_of_run({});
  // What a run comes to varies: 40 runs, and what each shows of its services.
  double of_runs = 0;
  double of_hindsight = 0;
  double of_prediction = 0;
  const std::size_t mean = 3;
  REQUIRE(figures[mean].name == "response.mean");
  const auto before = predict_run(predicted, one_instance(), {}, figures, 0.95, 40, 1);
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const SimulationResult run = simulate(happened, policy, seed);
    MeasuredServices measured{.stretch_s = kStretch_s};
    for (const TimelinePoint& point : run.timeline)
      measured.mean_s.push_back((point.response_s - point.wait_s) / static_cast<double>(point.completed));
    of_runs += std::log(run.response.mean());
    of_hindsight += std::log(predict_in_hindsight(predicted, one_instance(), measured, figures, seed)[mean]);
    of_prediction += std::log(before.figures[mean].value);
  }
  CHECK(std::abs(of_hindsight - of_runs) / 20 < 0.15);
  CHECK(std::abs(of_prediction - of_runs) / 20 > 0.3);
}

TEST_CASE("a stretch of which nothing is known is as the one before it") {
  const Scenario scenario = at_even_speed();
  const std::vector<FigureOfRun> figures = figures_of_run({});
  const MeasuredServices all{.stretch_s = kStretch_s, .mean_s = std::vector<double>(kStretches, 1.5)};
  MeasuredServices some = all;
  for (std::size_t i = 0; i < kStretches; i += 3) some.mean_s[i] = 0;
  const double whole = predict_in_hindsight(scenario, one_instance(), all, figures, 1)[0];
  const double gaps = predict_in_hindsight(scenario, one_instance(), some, figures, 1)[0];
  CHECK(gaps == doctest::Approx(whole).epsilon(0.1));
}
