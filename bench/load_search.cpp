#include "bench/load_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "bench/statistics.h"

namespace mlplan::bench {
namespace {

constexpr double kConfidence = 0.95;
constexpr double kCloseEnough = 0.05;   // of the rate
constexpr double kLowest = 0.02;        // of the capacity: what does not hold here is not looked for further down
constexpr std::size_t kMostVisits = 8;  // at one rate
constexpr double kShareOfVisit = 0.7;   // of the independent samples needed: four visits, less what dependence costs
constexpr std::int64_t kFewest = 30;    // requests of a visit

}  // namespace

std::vector<double> percentiles_of(const std::vector<LatencyObjective>& objectives) {
  std::vector<double> out = {0.5, 0.9, 0.99, 0.999};
  for (const LatencyObjective& objective : objectives) {
    if (std::find(out.begin(), out.end(), objective.quantile) == out.end()) out.push_back(objective.quantile);
  }
  return out;
}

RateVerdict judge(const OpenLoopFigures& figures, const std::vector<LatencyObjective>& objectives) {
  if (figures.saturated) return RateVerdict::fails;
  bool all_hold = true;
  for (const LatencyObjective& objective : objectives) {
    const std::optional<double> low = quantile_at_least(figures.punctual, objective.quantile, kConfidence);
    if (low && *low > objective.at_most_ns) return RateVerdict::fails;
    const auto found = figures.response.percentiles.find(fmt::format("p{:g}", objective.quantile * 100));
    all_hold = all_hold && found != figures.response.percentiles.end() && found->second.high &&
               *found->second.high <= objective.at_most_ns;
  }
  return all_hold ? RateVerdict::holds : RateVerdict::undecided;
}

LoadSearch::LoadSearch(std::vector<LatencyObjective> objectives, std::int64_t servers)
    : objectives_(std::move(objectives)), servers_(servers) {}

bool LoadSearch::found() const {
  return holding_per_s_ > 0 && failing_per_s_ - holding_per_s_ <= kCloseEnough * failing_per_s_;
}

std::optional<double> LoadSearch::next_rate() const {
  if (!capacity_per_s_ || finished()) return std::nullopt;
  if (open_) return tried_.back().rate_per_s;
  return (holding_per_s_ + failing_per_s_) / 2;
}

std::int64_t LoadSearch::requests_per_visit() const {
  std::int64_t needed = 0;
  for (const LatencyObjective& objective : objectives_)
    needed = std::max(needed, samples_needed(objective.quantile, kConfidence));
  return std::max(kFewest, static_cast<std::int64_t>(std::ceil(kShareOfVisit * static_cast<double>(needed))));
}

void LoadSearch::add(OpenVisit visit) {
  const std::optional<double> rate = next_rate();
  if (!rate) return;
  if (!open_) tried_.push_back({*rate});
  Tried& now = tried_.back();
  now.visits.push_back(std::move(visit));
  const OpenLoopFigures figures = open_loop_figures(now.visits, servers_, percentiles_of(objectives_));
  now.verdict = judge(figures, objectives_);
  open_ = now.verdict == RateVerdict::undecided && now.visits.size() < kMostVisits;
  if (open_) return;
  if (now.verdict == RateVerdict::holds) {
    holding_per_s_ = *rate;
    return;
  }
  failing_per_s_ = *rate;
  // With one server nothing waits less than a service; several slow each other down less at a lower rate.
  const bool too_slow = servers_ == 1 && figures.service.median > objectives_.front().at_most_ns;
  hopeless_ = holding_per_s_ <= 0 && (too_slow || *rate <= kLowest * *capacity_per_s_);
}

}  // namespace mlplan::bench
