#include "planner/simulation/hindsight.h"

#include <algorithm>
#include <optional>

namespace mlplan::planner {

namespace {

constexpr std::int64_t kReplications = 40;
constexpr int kRounds = 4;  // services depend on how busy the machine is, and that on how long they take
constexpr double kConfidence = 0.95;

// Over all replications; nullopt where nothing was completed.
std::optional<double> mean_service_s(const std::vector<SimulationResult>& replications, std::size_t stretch) {
  double sum_s = 0;
  double completed = 0;
  for (const SimulationResult& result : replications) {
    if (stretch >= result.timeline.size()) continue;
    const TimelinePoint& point = result.timeline[stretch];
    sum_s += point.response_s - point.wait_s;
    completed += static_cast<double>(point.completed);
  }
  return completed > 0 ? std::optional<double>(sum_s / completed) : std::nullopt;
}

// Where nothing is known of a stretch it is as the one before it; the first, as the first that is known.
void fill_gaps(const MeasuredServices& measured, std::vector<double>& pace) {
  const auto first = std::ranges::find_if(measured.mean_s, [](double mean_s) { return mean_s > 0; });
  if (first == measured.mean_s.end()) return;
  double last = pace[static_cast<std::size_t>(first - measured.mean_s.begin())];
  for (std::size_t i = 0; i < pace.size(); ++i) {
    if (measured.mean_s[i] > 0) last = pace[i];
    pace[i] = last;
  }
}

}  // namespace

std::vector<double> predict_in_hindsight(const Scenario& scenario, const PolicyFactory& make_policy,
                                         const MeasuredServices& measured, const std::vector<FigureOfRun>& figures,
                                         std::uint64_t seed) {
  Scenario paced = scenario;
  const std::size_t stretches = measured.mean_s.size();
  paced.timeline_points = static_cast<std::int64_t>(stretches);
  SharedHost& host = *paced.fleet.host;
  host.pace_stretch_s = measured.stretch_s;
  host.pace.assign(stretches, 1);
  RunPrediction run;
  for (int round = 0; round <= kRounds; ++round) {
    run = predict_run(paced, make_policy, {}, figures, kConfidence, kReplications, seed);
    if (round == kRounds) break;
    for (std::size_t i = 0; i < stretches; ++i) {
      const std::optional<double> predicted_s = mean_service_s(run.replications, i);
      if (predicted_s && measured.mean_s[i] > 0) host.pace[i] *= measured.mean_s[i] / *predicted_s;
    }
    fill_gaps(measured, host.pace);
  }
  std::vector<double> out;
  for (const PredictedFigure& figure : run.figures) out.push_back(figure.value);
  return out;
}

}  // namespace mlplan::planner
