#include "planner/simulation/prediction.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "planner/policies/fixed.h"
#include "planner/simulation/simulator.h"

using namespace mlplan::planner;

namespace {

std::vector<double> schedule(std::uint64_t seed, double rate, double duration) {
  const Arrivals arrivals = poisson_arrivals(rate);
  const auto source = make_source(arrivals, pcg64(seed));
  std::vector<double> times(static_cast<std::size_t>(rate * duration));
  source->fill(times);
  return times;
}

Scenario scenario_of(std::uint64_t seed) {
  Scenario scenario;
  scenario.arrivals = ListedArrivals{schedule(seed, 0.7, 2000)};
  scenario.duration_s = 4000;
  return scenario;
}

PolicyFactory one_instance() {
  return [] { return std::make_unique<FixedPolicy>(FixedSettings{.instances = 1}); };
}

PredictedFigure figure(const RunPrediction& prediction, const std::vector<FigureOfRun>& figures,
                       const std::string& name) {
  const auto found = std::ranges::find(figures, name, &FigureOfRun::name);
  REQUIRE(found != figures.end());
  return prediction.figures[static_cast<std::size_t>(found - figures.begin())];
}

}  // namespace

TEST_CASE("the deviation of logarithms is that of the logarithms, from three values on") {
  const std::vector<double> values = {std::exp(1.0), std::exp(2.0), std::exp(3.0), std::exp(6.0)};
  CHECK(deviation_of_logarithms(values) == doctest::Approx(std::sqrt(14.0 / 3)));
  CHECK(deviation_of_logarithms(std::vector<double>{1, 2}) == 0);
}

TEST_CASE("the interval of a run holds what other runs of the same schedule show, as often as it says") {
  const std::vector<FigureOfRun> figures = figures_of_run({});
  int held = 0;
  int judged = 0;
  int jointly = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const Scenario scenario = scenario_of(seed);
    const RunPrediction prediction = predict_run(scenario, one_instance(), {}, figures, 0.95, 200, seed);
    FixedPolicy policy({.instances = 1});
    const SimulationResult real = simulate(scenario, policy, seed, 1'000'000);
    for (std::size_t i = 0; i < figures.size(); ++i) {
      if (!figures[i].name.starts_with("response.")) continue;
      const double value = figures[i].of(real);
      const PredictedFigure& predicted = prediction.figures[i];
      ++judged;
      held += predicted.low <= value && value <= predicted.high ? 1 : 0;
      jointly += predicted.joint_low <= value && value <= predicted.joint_high ? 1 : 0;
    }
  }
  CHECK(judged == 160);
  CHECK(held >= 144);  // 152 expected; figures of one run go together
  CHECK(held <= 160);
  CHECK(jointly >= 155);
}

TEST_CASE("what the measurements leave open widens the interval") {
  const std::vector<FigureOfRun> figures = figures_of_run({});
  const Scenario scenario = scenario_of(3);
  const RunPrediction sure = predict_run(scenario, one_instance(), {}, figures, 0.95, 200, 3);
  const RunPrediction unsure = predict_run(scenario, one_instance(), {.service = 0.05}, figures, 0.95, 200, 3);
  const PredictedFigure narrow = figure(sure, figures, "utilisation");
  const PredictedFigure wide = figure(unsure, figures, "utilisation");
  CHECK(wide.high - wide.low > 2 * (narrow.high - narrow.low));
  CHECK(wide.value == doctest::Approx(narrow.value).epsilon(0.02));
}

TEST_CASE("a drifting machine has the pace that is known of it, as far as a pace tells of the one after it") {
  constexpr int kPaths = 4000;
  const auto deviation_at = [](const Drift& drift, std::size_t at) {
    pcg64 random(7);
    std::vector<double> paces;
    for (int i = 0; i < kPaths; ++i) paces.push_back(draw_paces(drift, 40, random)[at]);
    return deviation_of_logarithms(paces);
  };
  // Without correlation: variance 1 of the stretch, and 1 / known of the mean that was taken for it.
  CHECK(deviation_at({.deviation = 0.1, .known = 4}, 0) == doctest::Approx(0.1 * std::sqrt(1.25)).epsilon(0.04));
  // x of one stretch known, the next is 0.9 x: var(x' - x) = 2 - 2 0.9.
  const Drift close{.deviation = 0.1, .correlation = 0.9};
  CHECK(deviation_at(close, 0) == doctest::Approx(0.1 * std::sqrt(0.2)).epsilon(0.04));
  CHECK(deviation_at(close, 39) == doctest::Approx(0.1 * std::sqrt(2 - 2 * std::pow(0.9, 40))).epsilon(0.04));
  const Drift later{.deviation = 0.1, .correlation = 0.9, .between = 9};
  CHECK(deviation_at(later, 0) == doctest::Approx(0.1 * std::sqrt(2 - 2 * std::pow(0.9, 10))).epsilon(0.04));
}

TEST_CASE("the deviation of a drift is found from a stretch of it that is short beside it") {
  pcg64 random(11);
  for (const double correlation : {0.0, 0.9}) {
    double squares = 0;
    for (int i = 0; i < 4000; ++i) {
      const std::vector<double> paces =
          draw_paces({.deviation = 0.2, .correlation = correlation, .known = 0}, 10, random);
      squares += std::pow(drift_deviation(paces, correlation), 2) / 4000;
    }
    CHECK(std::sqrt(squares) == doctest::Approx(0.2).epsilon(0.04));
  }
  CHECK(drift_deviation(std::vector<double>{1, 2}, 0.5) == 0);
  CHECK(drift_deviation(std::vector<double>{1}, 0.5) == 0);
  CHECK(drift_deviation({}, 0.5) == 0);
}

TEST_CASE("drift within a run makes its queues longer, and what is not known of it its interval wider") {
  const std::vector<FigureOfRun> figures = figures_of_run({});
  Scenario scenario = scenario_of(3);
  scenario.fleet.host = SharedHost{.cpus = 4};
  const auto p99 = [&](const Drift& drift) {
    return figure(predict_run(scenario, one_instance(), {.drift = drift}, figures, 0.95, 200, 3), figures,
                  "response.p99");
  };
  const PredictedFigure steady = p99({});
  const PredictedFigure drifting = p99({.stretch_s = 20, .deviation = 0.2, .correlation = 0.9, .known = 10});
  CHECK(drifting.value > 1.1 * steady.value);
  CHECK(drifting.high - drifting.low > 1.5 * (steady.high - steady.low));
}

TEST_CASE("equal arguments give equal predictions, and figures are named as they are asked for") {
  const std::vector<FigureOfRun> figures = figures_of_run({0.999});
  CHECK(std::ranges::find(figures, "response.p99.9", &FigureOfRun::name) != figures.end());
  const Scenario scenario = scenario_of(5);
  const RunPrediction a = predict_run(scenario, one_instance(), {.service = 0.1}, figures, 0.95, 50, 9);
  const RunPrediction b = predict_run(scenario, one_instance(), {.service = 0.1}, figures, 0.95, 50, 9);
  for (std::size_t i = 0; i < figures.size(); ++i) {
    CHECK(a.figures[i].value == b.figures[i].value);
    CHECK(a.figures[i].low <= a.figures[i].value);
    CHECK(a.figures[i].joint_low <= a.figures[i].low);
    CHECK(a.figures[i].joint_high >= a.figures[i].high);
  }
}

TEST_CASE("failures at given times end an instance that is ready then, and the prediction counts what was lost") {
  Scenario scenario;
  std::vector<double> times;
  for (int i = 0; i < 100; ++i) times.push_back(i + 0.5);
  scenario.arrivals = ListedArrivals{times};
  scenario.fleet.instance.service = {{1, deterministic(0.6)}};
  scenario.fleet.start_up.load_s = deterministic(3);
  scenario.fleet.failures.at_s = {10.7, 50.7};  // 0.2 s into a service
  scenario.duration_s = 100;
  FixedPolicy policy({.instances = 1});
  const SimulationResult result = simulate(scenario, policy, 1, 0);
  CHECK(result.instances.failures == 2);
  CHECK(result.instances.cold_starts == 2);
  CHECK(result.lost == 2);
  CHECK(result.completed == 98);
  scenario.fleet.failures.at_s = {50, 10};
  CHECK_FALSE(validate(scenario));
}
