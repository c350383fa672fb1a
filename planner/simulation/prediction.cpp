#include "planner/simulation/prediction.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/random/normal_distribution.hpp>
#include <cmath>
#include <pcg_random.hpp>
#include <set>

#include "planner/simulation/in_parallel.h"
#include "planner/simulation/simulator.h"

namespace mlplan::planner {

namespace {

constexpr std::uint64_t kUnknownsStream = 0x756e6b;  // apart from those of the simulator

// Below which another value is with probability q: the i-th of n has i / (n + 1) below it. Linear between the order
// statistics beside it, and the outermost where there are too few.
double quantile_of(const std::vector<double>& sorted, double q) {
  const auto n = static_cast<double>(sorted.size());
  const double place = std::clamp(q * (n + 1) - 1, 0.0, n - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

double deviations(double tail) { return boost::math::quantile(boost::math::complement(boost::math::normal(), tail)); }

PredictedFigure figure_from(std::vector<double> values, double confidence, std::size_t figures) {
  std::sort(values.begin(), values.end());
  const double tail = (1 - confidence) / 2;
  const double joint_tail = tail / static_cast<double>(figures);
  PredictedFigure out{.value = quantile_of(values, 0.5),
                      .low = quantile_of(values, tail),
                      .high = quantile_of(values, 1 - tail),
                      .joint_low = quantile_of(values, joint_tail),
                      .joint_high = quantile_of(values, 1 - joint_tail)};
  // So far out there may be no value: as far then as a normal law would have it, if that is farther.
  const double wider = deviations(joint_tail) / deviations(tail);
  if (joint_tail * static_cast<double>(values.size() + 1) < 1) {
    out.joint_low = std::min(out.joint_low, out.value - wider * (out.value - out.low));
    out.joint_high = std::max(out.joint_high, out.value + wider * (out.high - out.value));
  }
  return out;
}

std::string percentile_name(double q) { return fmt::format("response.p{:.6g}", q * 100); }

}  // namespace

double deviation_of_logarithms(std::span<const double> values) {
  if (values.size() < 3) return 0;
  const auto n = static_cast<double>(values.size());
  double mean = 0;
  for (const double value : values) mean += std::log(value) / n;
  double squares = 0;
  for (const double value : values) squares += std::pow(std::log(value) - mean, 2);
  return std::sqrt(squares / (n - 1));
}

double drift_deviation(std::span<const double> values, double correlation) {
  if (values.size() < 3) return 0;
  const auto n = static_cast<double>(values.size());
  double of_mean = 1;  // its variance, times n over that of the process
  for (double lag = 1; lag < n; ++lag) of_mean += 2 * (1 - lag / n) * std::pow(correlation, lag);
  const double seen = (n - 1) / n;  // what deviation_of_logarithms() has divided by
  return deviation_of_logarithms(values) * std::sqrt(seen / (1 - of_mean / n));
}

std::vector<double> draw_paces(const Drift& drift, std::int64_t stretches, pcg64& random) {
  boost::random::normal_distribution<double> normal;
  const double noise = std::sqrt(1 - drift.correlation * drift.correlation);
  std::vector<double> path;
  for (std::int64_t i = 0; i < drift.known + drift.between + stretches; ++i)
    path.push_back(path.empty() ? normal(random) : drift.correlation * path.back() + noise * normal(random));
  double known = 0;
  for (std::int64_t i = 0; i < drift.known; ++i)
    known += path[static_cast<std::size_t>(i)] / static_cast<double>(drift.known);
  std::vector<double> paces;
  for (auto i = static_cast<std::size_t>(drift.known + drift.between); i < path.size(); ++i)
    paces.push_back(std::exp(drift.deviation * (path[i] - known)));
  return paces;
}

std::vector<FigureOfRun> figures_of_run(const std::vector<double>& quantiles) {
  std::vector<FigureOfRun> out;
  std::set<double> all = {0.5, 0.9, 0.99};
  all.insert(quantiles.begin(), quantiles.end());
  for (const double q : all)
    out.push_back({percentile_name(q), [q](const SimulationResult& r) { return r.response.quantile_between(q); }});
  out.push_back({"response.mean", [](const SimulationResult& r) { return r.response.mean(); }});
  out.push_back({"utilisation", utilisation});
  out.push_back(
      {"cold_starts", [](const SimulationResult& r) { return static_cast<double>(r.instances.cold_starts); }});
  out.push_back({"pool_draws", [](const SimulationResult& r) { return static_cast<double>(r.instances.draws); }});
  out.push_back({"pool_misses", [](const SimulationResult& r) { return static_cast<double>(r.instances.misses); }});
  out.push_back({"exposure", exposure});
  out.push_back({"availability", [](const SimulationResult& r) {
                   return r.arrivals > 0 ? static_cast<double>(r.completed) / static_cast<double>(r.arrivals) : 1;
                 }});
  return out;
}

RunPrediction predict_run(const Scenario& scenario, const PolicyFactory& make_policy, const Unknowns& unknowns,
                          const std::vector<FigureOfRun>& figures, double confidence, std::int64_t replications,
                          std::uint64_t seed) {
  pcg64 random(seed, kUnknownsStream);
  boost::random::normal_distribution<double> normal;
  struct Variation {
    double slower = 1;
    double later = 1;
    std::vector<double> paces = {};
  };
  const Drift& drift = unknowns.drift;
  const bool drifts = scenario.fleet.host && drift.deviation > 0;
  std::vector<Variation> variations;
  for (std::int64_t i = 0; i < replications; ++i) {
    Variation& variation = variations.emplace_back();
    variation.slower = std::exp(unknowns.service * normal(random));
    variation.later = std::exp(unknowns.start_up * normal(random));
    if (drifts)
      variation.paces =
          draw_paces(drift, static_cast<std::int64_t>(std::ceil(scenario.duration_s / drift.stretch_s)), random);
  }
  RunPrediction out;
  out.replications.resize(variations.size());
  in_parallel(variations.size(), [&](std::size_t i) {
    Scenario varied = scenario;
    for (BatchService& law : varied.fleet.instance.service) law.time_s = scaled(law.time_s, variations[i].slower);
    varied.fleet.start_up.load_s = scaled(scenario.fleet.start_up.load_s, variations[i].later);
    if (drifts) {
      varied.fleet.host->pace = variations[i].paces;
      varied.fleet.host->pace_stretch_s = drift.stretch_s;
    }
    const std::unique_ptr<Policy> policy = make_policy();
    out.replications[i] = simulate(varied, *policy, seed, i);
  });
  for (const FigureOfRun& figure : figures)
    out.figures.push_back(figure_from(values_of(out.replications, figure.of), confidence, figures.size()));
  return out;
}

}  // namespace mlplan::planner
