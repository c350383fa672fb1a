#include "planner/policies/follow.h"

#include <algorithm>
#include <cmath>

namespace mlplan::planner {

namespace {

constexpr double kMost = 1e9;  // instances that are ever asked for, so that counts stay counts

}  // namespace

std::int64_t instances_for(const std::vector<double>& rates, double rate_per_s) {
  const auto enough = std::ranges::lower_bound(rates, rate_per_s);
  if (enough != rates.end()) return 1 + (enough - rates.begin());
  const auto count = static_cast<std::int64_t>(rates.size());
  const double step = rates.size() > 1 ? rates.back() - rates[rates.size() - 2] : rates.back();
  if (!(step > 0)) return count;
  return count + static_cast<std::int64_t>(std::ceil(std::min(kMost, (rate_per_s - rates.back()) / step)));
}

double detection_s(const FollowSettings& settings) { return settings.interval_s + settings.short_window_s; }

std::int64_t ordered_for(const FollowSettings& settings, double rate_per_s) {
  const std::int64_t needed = instances_for(settings.rates, rate_per_s);
  return (needed + settings.step - 1) / settings.step * settings.step + settings.spares;
}

FollowPolicy::FollowPolicy(FollowSettings settings)
    : settings_(std::move(settings)), arrivals_(settings_.long_window_s) {}

double FollowPolicy::rate(double time_s) const {
  const double usual = arrivals_.over(settings_.long_window_s);
  const double window = std::min(settings_.short_window_s, time_s);
  const double recent = arrivals_.over(settings_.short_window_s);
  const double noise = window > 0 ? 2 * std::sqrt(usual / window) : 0;
  return recent > usual + noise ? recent : usual;
}

double FollowPolicy::forecast(double time_s) const {
  if (!settings_.forecast) return 0;
  const RateSeries& series = *settings_.forecast;
  const double from = settings_.forecast_from_s + time_s;
  double highest = rate_at(series, from + settings_.lead_s);
  for (double at = from; at < from + settings_.lead_s; at += series.interval_s)
    highest = std::max(highest, rate_at(series, at));
  return highest;
}

Orders FollowPolicy::decide(const Observation& observation) {
  const double now = observation.time_s;
  arrivals_.add(now, static_cast<double>(observation.totals.arrivals));
  const double expected = std::max(rate(now), forecast(now));
  const double waiting = static_cast<double>(observation.queued) / (settings_.capacity_per_s * settings_.drain_s);
  const std::int64_t wanted =
      ordered_for(settings_, expected) + static_cast<std::int64_t>(std::floor(std::min(kMost, waiting)));
  if (recent_.empty()) recent_.push_back({now, observation.desired});
  while (!recent_.empty() && recent_.back().count <= wanted) recent_.pop_back();
  recent_.push_back({now, wanted});
  while (recent_.front().time_s < now - settings_.hold_s) recent_.pop_front();
  return {.desired = std::clamp(recent_.front().count, settings_.lowest, settings_.highest), .pool = settings_.stopped};
}

}  // namespace mlplan::planner
