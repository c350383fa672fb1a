#include "planner/sizing/screen.h"

#include <algorithm>
#include <cmath>

#include "planner/queueing/delay_queue.h"
#include "planner/queueing/two_moment.h"

namespace mlplan::planner {

namespace {

constexpr double kMostScreened = 0.98;

// Share of the law, times longer by the factor, that is above the time. The same products as is_kept() has: a quotient
// could round to the other side of the time.
double share_above(const std::vector<double>& points, double factor, double time) {
  const auto above = std::ranges::count_if(points, [&](double point) { return factor * point > time; });
  return static_cast<double>(above) / static_cast<double>(points.size());
}

}  // namespace

double Screen::idle_response(double quantile) const {
  double best = INFINITY;
  for (const ServiceLaw& law : candidate_.worker->service) {
    if (law.row.batch > candidate_.max_batch) break;
    const auto rank = static_cast<std::size_t>(std::ceil(quantile * static_cast<double>(law.points.size())));
    best = std::min(best, law.points[std::clamp<std::size_t>(rank, 1, law.points.size()) - 1]);
  }
  return best * candidate_.service_factor;
}

bool Screen::is_kept(const ServiceLaw& law, double rate_per_s, std::int64_t instances) const {
  const double factor = candidate_.service_factor;
  const DelayQueue queue{.arrival_rate = rate_per_s / static_cast<double>(law.row.batch),
                         .service_rate = 1 / (factor * law.row.time_s.mean),
                         .servers = instances * candidate_.workers};
  if (queue.utilisation() > kMostScreened) return false;
  const double waiting = probability_of_wait(queue);
  const double arrival_scv = 1 / static_cast<double>(law.row.batch);
  const double wait = whitt_mean_wait(queue, arrival_scv, law.scv);
  return std::ranges::all_of(objectives_, [&](const LatencyObjective& objective) {
    const double most = objective.at_most_ns / 1e9;
    double late = 0;
    for (const double point : law.points) {
      const double service = factor * point;
      late += service > most ? 1 : wait > 0 ? waiting * std::exp(-waiting * (most - service) / wait) : 0;
    }
    return late / static_cast<double>(law.points.size()) <= 1 - objective.quantile;
  });
}

std::optional<std::int64_t> Screen::instances_for(double rate_per_s) const {
  std::optional<std::int64_t> best;
  for (const ServiceLaw& law : candidate_.worker->service) {
    if (law.row.batch > candidate_.max_batch) break;
    const bool can = std::ranges::all_of(objectives_, [&](const LatencyObjective& objective) {
      return share_above(law.points, candidate_.service_factor, objective.at_most_ns / 1e9) < 1 - objective.quantile;
    });
    if (!can) continue;
    const double load = rate_per_s * candidate_.service_factor * law.row.time_s.mean /
                        static_cast<double>(law.row.batch * candidate_.workers);
    auto low = static_cast<std::int64_t>(std::ceil(load / kMostScreened)) - 1;  // too few
    low = std::max<std::int64_t>(low, 0);
    if (best && low + 1 >= *best) continue;
    std::int64_t step = 1;
    while (!is_kept(law, rate_per_s, low + step)) {
      low += step;
      step *= 2;
    }
    std::int64_t high = low + step;
    while (high - low > 1) {
      const std::int64_t middle = low + (high - low) / 2;
      (is_kept(law, rate_per_s, middle) ? high : low) = middle;
    }
    if (!best || high < *best) best = high;
  }
  return best;
}

}  // namespace mlplan::planner
