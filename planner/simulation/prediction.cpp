#include "planner/simulation/prediction.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/random/normal_distribution.hpp>
#include <cmath>
#include <pcg_random.hpp>
#include <set>

#include "planner/simulation/simulator.h"

namespace mlplan::planner {

namespace {

constexpr std::uint64_t kUnknownsStream = 0x756e6b;  // apart from those of the simulator

// Linear between the order statistics beside it.
double quantile_of(const std::vector<double>& sorted, double q) {
  const double place = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

PredictedFigure figure_from(std::vector<double> values, double confidence, std::size_t figures) {
  std::sort(values.begin(), values.end());
  const double tail = (1 - confidence) / 2;
  const double joint_tail = tail / static_cast<double>(figures);
  return {.value = quantile_of(values, 0.5),
          .low = quantile_of(values, tail),
          .high = quantile_of(values, 1 - tail),
          .joint_low = quantile_of(values, joint_tail),
          .joint_high = quantile_of(values, 1 - joint_tail)};
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
  RunPrediction out;
  Scenario varied = scenario;
  for (std::int64_t i = 0; i < replications; ++i) {
    const double slower = std::exp(unknowns.service * normal(random));
    const double later = std::exp(unknowns.start_up * normal(random));
    for (std::size_t k = 0; k < scenario.fleet.instance.service.size(); ++k)
      varied.fleet.instance.service[k].time_s = scaled(scenario.fleet.instance.service[k].time_s, slower);
    varied.fleet.start_up.load_s = scaled(scenario.fleet.start_up.load_s, later);
    const std::unique_ptr<Policy> policy = make_policy();
    out.replications.push_back(simulate(varied, *policy, seed, static_cast<std::uint64_t>(i)));
  }
  for (const FigureOfRun& figure : figures)
    out.figures.push_back(figure_from(values_of(out.replications, figure.of), confidence, figures.size()));
  return out;
}

}  // namespace mlplan::planner
