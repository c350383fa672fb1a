#include "planner/simulation/traffic_arrivals.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "profiles/support/units.h"

namespace mlplan::planner {

namespace {

constexpr double kMinute = 60;

template <class Shape>
const Shape* as(const Traffic& traffic) {
  return std::get_if<Shape>(&traffic.shape);
}

std::string time_text(double seconds) { return format_duration(seconds * 1e9); }

// `rates` must have at least one that is known, as readers see to.
std::vector<double> without_gaps(std::vector<double> rates) {
  const std::size_t n = rates.size();
  std::size_t known = n;  // the last one; n: none yet
  for (std::size_t i = 0; i < n; ++i) {
    if (std::isnan(rates[i])) continue;
    const std::size_t first = known == n ? 0 : known + 1;
    for (std::size_t gap = first; gap < i; ++gap) {
      const double along = known == n ? 1 : static_cast<double>(gap - known) / static_cast<double>(i - known);
      rates[gap] = rates[i] + (1 - along) * (known == n ? 0 : rates[known] - rates[i]);
    }
    known = i;
  }
  if (known < n) std::fill(rates.begin() + static_cast<std::ptrdiff_t>(known), rates.end(), rates[known]);
  return rates;
}

std::size_t whole_steps(double seconds, double step_s) {
  // A window that ends on a step must not take the next one for a rounding error.
  return static_cast<std::size_t>(std::max(0.0, seconds / step_s + 1e-9));
}

}  // namespace

Bursts bursts_of(const Traffic& traffic) {
  Bursts bursts;
  const auto* constant = as<ConstantRate>(traffic);
  const auto& known = traffic.burstiness.dispersion;
  if (constant == nullptr || known.empty() || !(constant->per_s > 0)) return bursts;
  const auto far = [](const Dispersion& x) { return std::abs(std::log(x.window_s / kMinute)); };
  const Dispersion& nearest = *std::min_element(
      known.begin(), known.end(), [&](const Dispersion& a, const Dispersion& b) { return far(a) < far(b); });
  // Counts of a stretch are negative binomial: variance / mean = 1 + rate x stretch x variance of the factor.
  bursts.interval_s = nearest.window_s;
  bursts.scv = std::max(0.0, nearest.index - 1) / (constant->per_s * nearest.window_s);
  return bursts;
}

RateSeries series_of(const Traffic& traffic, const TrafficWindow& window) {
  const mlplan::RateSeries rates = rates_of(traffic);
  RateSeries series{.rate_per_s = without_gaps(rates.per_s), .interval_s = rates.step_s};
  const std::size_t n = series.rate_per_s.size();
  const std::size_t from = whole_steps(window.from_s, rates.step_s);
  if (as<ConstantRate>(traffic) != nullptr) return series;
  if (as<DiurnalRate>(traffic) != nullptr) {
    series.repeats = true;
    std::rotate(series.rate_per_s.begin(), series.rate_per_s.begin() + static_cast<std::ptrdiff_t>(from % n),
                series.rate_per_s.end());
    return series;
  }
  const std::size_t first = std::min(from, n - 1);
  std::size_t end = n;
  if (window.duration_s) {
    const double last = (window.from_s + *window.duration_s) / rates.step_s;
    end = std::clamp(static_cast<std::size_t>(std::ceil(last - 1e-9)), first + 1, n);
  }
  series.rate_per_s = {series.rate_per_s.begin() + static_cast<std::ptrdiff_t>(first),
                       series.rate_per_s.begin() + static_cast<std::ptrdiff_t>(end)};
  return series;
}

RateArrivals arrivals_of(const Traffic& traffic, const TrafficWindow& window, const std::optional<Bursts>& bursts) {
  const Bursts played = bursts.value_or(bursts_of(traffic));
  return {.series = series_of(traffic, window), .burst_scv = played.scv, .burst_interval_s = played.interval_s};
}

double span_s(const Traffic& traffic) {
  if (const auto* trace = as<RequestTrace>(traffic)) return trace->span_s;
  const auto* series = as<mlplan::RateSeries>(traffic);
  return series == nullptr ? 0 : static_cast<double>(series->per_s.size()) * series->step_s;
}

std::string kind_of(const Traffic& traffic) {
  constexpr const char* kKinds[] = {"constant", "diurnal", "series", "trace"};
  return kKinds[traffic.shape.index()];
}

std::optional<PlannedBursts> planned_bursts(const std::optional<Bursts>& bursts) {
  if (!bursts || !(bursts->scv > 0)) return std::nullopt;
  return PlannedBursts{.variance = bursts->scv, .interval_s = bursts->interval_s};
}

PlannedTraffic planned_traffic(const Traffic& traffic, const std::optional<Bursts>& bursts) {
  return {.source = traffic.source,
          .kind = kind_of(traffic),
          .mean_per_s = mean_per_s(traffic),
          .peak_per_s = peak_per_s(traffic),
          .span_s = span_s(traffic),
          .notes = traffic.notes,
          .bursts = planned_bursts(bursts)};
}

std::vector<std::string> arrival_assumptions(const Traffic& traffic, const std::optional<Bursts>& bursts) {
  if (as<RequestTrace>(traffic) != nullptr)
    return {
        "Requests come at the times of the trace, the same in every replication: no interval holds how other days "
        "differ."};
  std::vector<std::string> sentences;
  const auto* series = as<mlplan::RateSeries>(traffic);
  const Bursts played = bursts.value_or(bursts_of(traffic));
  if (played.scv > 0) {
    sentences.push_back(
        fmt::format("Requests come at random, and in each {} the rate is multiplied by a random factor of mean 1 and "
                    "variance {:.3g}.",
                    time_text(played.interval_s), played.scv));
  } else if (series != nullptr) {
    sentences.push_back(
        fmt::format("Within a step of {} requests come at random (Poisson): the series says nothing of shorter bursts.",
                    time_text(series->step_s)));
  } else {
    sentences.emplace_back("Requests come at random (Poisson): a stated rate says nothing of bursts.");
  }
  if (series != nullptr) {
    const auto gaps = std::count_if(series->per_s.begin(), series->per_s.end(), [](double x) { return std::isnan(x); });
    if (gaps > 0) {
      sentences.push_back(fmt::format("{} step{} without a value: taken to be on the line between the rates beside.",
                                      gaps, gaps == 1 ? "" : "s"));
    }
  }
  return sentences;
}

}  // namespace mlplan::planner
