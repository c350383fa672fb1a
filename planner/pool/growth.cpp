#include "planner/pool/growth.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cmath>
#include <deque>
#include <map>

namespace mlplan::planner {

namespace {

constexpr std::size_t kParts = 16;  // of a law of start-ups
constexpr double kSame = 1e-6;      // of a step: closer to its end is at its end
constexpr double kDay = 86'400;

// Collects growth for all time and for each hour of the day.
class Collector {
 public:
  explicit Collector(const NeedSeries& series) : series_(series) {
    const double span = static_cast<double>(series.needs.size()) * series.step_s;
    const bool days = series.repeats ? span > 0 : span >= 2 * kDay;
    if (series.starts_at_unix_s && days && series.step_s <= 3600) by_hour_.resize(24);
  }

  void add(std::size_t step, std::int64_t growth, double seconds) {
    if (!(seconds > 0)) return;
    all_.seconds[growth] += seconds;
    if (Law* hour = hour_of(static_cast<double>(step) * series_.step_s)) hour->seconds[growth] += seconds;
  }
  void add_window(double at_s, std::int64_t growth) {
    all_.windows.push_back(growth);
    if (Law* hour = hour_of(at_s)) hour->windows.push_back(growth);
  }

  void finish(Growth& out) const {
    out.all = law_of(all_);
    for (const Law& law : by_hour_) out.by_hour.push_back(law_of(law));
  }

 private:
  struct Law {
    std::map<std::int64_t, double> seconds = {};
    std::vector<std::int64_t> windows = {};
  };

  Law* hour_of(double at_s) {
    if (by_hour_.empty()) return nullptr;
    const double of_day = std::fmod(*series_.starts_at_unix_s + at_s, kDay);
    return &by_hour_[static_cast<std::size_t>(std::floor((of_day < 0 ? of_day + kDay : of_day) / 3600)) % 24];
  }

  static GrowthLaw law_of(const Law& law) {
    GrowthLaw out{.windows = law.windows};
    for (const auto& [growth, seconds] : law.seconds) {
      out.shares.push_back({growth, seconds});
      out.seconds += seconds;
    }
    std::ranges::sort(out.windows);
    return out;
  }

  const NeedSeries& series_;
  Law all_ = {};
  std::vector<Law> by_hour_ = {};
};

// Whole steps within a horizon, and the share of the time for which it reaches one more.
struct Reach {
  std::size_t steps = 0;
  double one_more = 0;
};

Reach reach_of(double horizon_s, const NeedSeries& series) {
  const double steps = horizon_s / series.step_s;
  const double whole = std::floor(steps + kSame);
  const std::size_t all = series.needs.size();
  // Further than all of the series: a whole turn of one that repeats, nothing known of one that does not.
  if (!(whole < static_cast<double>(all))) return {.steps = all};
  return {.steps = static_cast<std::size_t>(whole), .one_more = std::max(0.0, steps - whole)};
}

// At every time within each step, by a sliding maximum.
void add_all_times(const NeedSeries& series, double horizon_s, double weight, Collector& collector) {
  const Reach reach = reach_of(horizon_s, series);
  const std::size_t steps = series.needs.size();
  const std::size_t known = series.repeats ? steps + reach.steps + 1 : steps;
  const auto need = [&](std::size_t i) { return series.needs[i % steps]; };
  std::vector<std::size_t> next_gap(known + 1, known);
  for (std::size_t i = known; i-- > 0;) next_gap[i] = need(i) < 0 ? i : next_gap[i + 1];

  std::deque<std::size_t> highest;  // falling needs of the steps after this one that are within reach
  std::size_t seen = 1;
  for (std::size_t i = 0; i < steps; ++i) {
    for (; seen < known && seen <= i + reach.steps; ++seen) {
      while (!highest.empty() && need(highest.back()) <= need(seen)) highest.pop_back();
      highest.push_back(seen);
    }
    while (!highest.empty() && highest.front() <= i) highest.pop_front();
    if (next_gap[i] <= i + reach.steps) continue;
    const std::int64_t most = highest.empty() ? need(i) : std::max(need(i), need(highest.front()));
    collector.add(i, most - need(i), weight * (1 - reach.one_more) * series.step_s);
    if (next_gap[i] <= i + reach.steps + 1) continue;
    collector.add(i, std::max(most, need(i + reach.steps + 1)) - need(i), weight * reach.one_more * series.step_s);
  }
}

// One after another, each as long as the next horizon. A step is the shortest: what happens within one is not known,
// and a window of a whole step grows no less than any part of it.
void add_windows(const NeedSeries& series, const std::vector<double>& horizons, Collector& collector) {
  const auto steps = static_cast<double>(series.needs.size());
  const auto need = [&](double step) { return series.needs[static_cast<std::size_t>(step) % series.needs.size()]; };
  double at = 0;  // in steps
  for (std::size_t k = 0;; ++k) {
    const double end = at + std::max(1.0, horizons[k % horizons.size()] / series.step_s);
    const double last = std::floor(end + kSame);
    if (series.repeats ? end > steps + kSame : last >= steps) return;
    const double first = std::floor(at + kSame);
    std::int64_t most = need(first);
    double gap = -1;
    for (double step = first; step <= last; ++step) {
      if (need(step) < 0) gap = step;
      most = std::max(most, need(step));
    }
    if (gap < 0) collector.add_window(at * series.step_s, most - need(first));
    at = gap < 0 ? end : gap + 1;
  }
}

Growth growth_of(const NeedSeries& series, std::vector<double> horizons) {
  Growth out;
  const double longest = horizons.empty() ? 0 : std::ranges::max(horizons);
  if (series.needs.empty() || !(series.step_s > 0) || !(longest > 0) || !std::isfinite(longest)) return out;
  const double part = 1 / static_cast<double>(horizons.size());
  Collector collector(series);
  for (const double horizon : horizons) {
    out.horizon_s += part * horizon;
    out.window_s += part * std::max(horizon, series.step_s);
    add_all_times(series, horizon, part, collector);
  }
  add_windows(series, horizons, collector);
  collector.finish(out);
  return out;
}

}  // namespace

std::int64_t GrowthLaw::quantile(double q) const {
  double sum = 0;
  for (const Share& share : shares) {
    sum += share.seconds;
    if (sum >= q * seconds * (1 - 1e-12)) return share.growth;
  }
  return shares.empty() ? 0 : shares.back().growth;
}

double GrowthLaw::share_above(std::int64_t count) const {
  if (!(seconds > 0)) return 1;
  double sum = 0;
  for (const Share& share : shares) sum += share.growth > count ? share.seconds : 0;
  return sum / seconds;
}

std::optional<std::int64_t> GrowthLaw::upper_bound(double q, double confidence) const {
  const std::size_t n = windows.size();
  if (n == 0 || !(q > 0 && q < 1)) return std::nullopt;
  // The r-th smallest is below the quantile only if r or more windows are, and each is with at most q.
  const boost::math::binomial_distribution<double> below(static_cast<double>(n), q);
  const auto holds = [&](std::size_t rank) { return cdf(below, static_cast<double>(rank - 1)) >= confidence; };
  if (!holds(n)) return std::nullopt;
  std::size_t fails = 0;
  std::size_t rank = n;
  while (rank - fails > 1) {
    const std::size_t middle = fails + (rank - fails) / 2;
    (holds(middle) ? rank : fails) = middle;
  }
  return windows[rank - 1];
}

Growth growth_within(const NeedSeries& series, const Distribution& start_up, double detection_s) {
  std::vector<double> horizons = equal_parts(start_up, kParts);
  for (double& horizon : horizons) horizon = std::max(0.0, horizon + detection_s);
  return growth_of(series, std::move(horizons));
}

Growth growth_within(const NeedSeries& series, double horizon_s) { return growth_of(series, {horizon_s}); }

std::int64_t windows_needed(double q, double confidence) {
  return static_cast<std::int64_t>(std::ceil(std::log1p(-confidence) / std::log(q) - 1e-9));
}

}  // namespace mlplan::planner
