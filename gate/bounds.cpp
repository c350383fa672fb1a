#include "gate/bounds.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "bench/statistics.h"
#include "profiles/slo.h"

namespace mlplan::gate {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::int64_t kMostNeeded = 1'000'000;

// Ascending: the raw samples where all are there, else the lower edges of their histogram's bins, or the upper ones.
std::vector<double> sorted_samples(const Stat& stat, bool upper_edges) {
  std::vector<double> sorted;
  if (!stat.histogram.empty()) {
    for (const HistogramBin& bin : stat.histogram)
      sorted.insert(sorted.end(), static_cast<std::size_t>(bin.count), upper_edges ? bin.high : bin.low);
    return sorted;
  }
  for (const double sample : stat.samples) {
    if (std::isfinite(sample)) sorted.push_back(sample);
  }
  if (static_cast<std::int64_t>(sorted.size()) != stat.n) return {};
  std::ranges::sort(sorted);
  return sorted;
}

// Independent samples that the dependent ones behind a percentile are worth; from what the report says it needs.
// nullopt: a single visit, or too few to tell.
std::optional<double> effective_samples(const Stat& stat, double quantile) {
  const auto stated = stat.percentiles.find(percentile_name(quantile));
  if (stated == stat.percentiles.end() || stated->second.needs <= 0) return std::nullopt;
  const std::int64_t independent = bench::samples_needed(quantile, stat.confidence);
  const auto n = static_cast<double>(stat.n);
  if (stated->second.needs > independent)
    return n * static_cast<double>(independent) / static_cast<double>(stated->second.needs);
  return stated->second.high ? std::optional(n) : std::nullopt;
}

Bounds effective_bounds(const Stat& stat, double quantile, double confidence) {
  const std::optional<double> effective = effective_samples(stat, quantile);
  if (!effective) return {};
  const auto whole = static_cast<std::int64_t>(*effective);
  const auto at_share = [&](const std::vector<double>& sorted, std::int64_t rank) {
    return sorted.empty() ? std::nullopt
                          : finite(bench::quantile(sorted, static_cast<double>(rank) / static_cast<double>(whole)));
  };
  Bounds out;
  if (const auto rank = bench::lower_rank(whole, quantile, confidence))
    out.low = at_share(sorted_samples(stat, false), *rank);
  if (const auto rank = bench::upper_rank(whole, quantile, confidence))
    out.high = at_share(sorted_samples(stat, true), *rank);
  return out;
}

}  // namespace

std::optional<double> finite(double value) { return std::isfinite(value) ? std::optional(value) : std::nullopt; }

std::vector<double> independent_samples(const Measure& measure) {
  if (measure.stat == nullptr || measure.sampling != Sampling::independent || !measure.stat->histogram.empty())
    return {};
  std::vector<double> sorted = sorted_samples(*measure.stat, false);
  if (!sorted.empty()) sorted.insert(sorted.end(), static_cast<std::size_t>(measure.censored), kInfinity);
  return sorted;
}

Bounds bounds_of(const Measure& measure, double confidence) {
  if (measure.sampling == Sampling::exact && measure.exact) return {measure.exact, measure.exact};
  if (measure.searched) return {measure.searched->holds, measure.searched->fails};
  if (measure.stat == nullptr) return {};
  const double q = measure.quantile.value_or(0.5);
  if (const std::vector<double> sorted = independent_samples(measure); !sorted.empty()) {
    const auto n = static_cast<std::int64_t>(sorted.size());
    const auto at = [&](std::optional<std::int64_t> rank) {
      return rank ? finite(sorted[static_cast<std::size_t>(*rank - 1)]) : std::nullopt;
    };
    return {at(bench::lower_rank(n, q, confidence)), at(bench::upper_rank(n, q, confidence))};
  }
  const Stat& stat = *measure.stat;
  // Of two sides at 95 %, each holds at 97.5 %.
  const bool stated = !measure.quantile && 1 - (1 - stat.confidence) / 2 >= confidence - 1e-9;
  if (stated && (stat.low || stat.high)) return {stat.low, stat.high};
  return effective_bounds(stat, q, confidence);
}

double figure_of(const Measure& measure) {
  if (std::isfinite(measure.value()) || !measure.quantile) return measure.value();
  const std::vector<double> sorted = independent_samples(measure);
  if (static_cast<std::int64_t>(sorted.size()) < bench::samples_to_state(*measure.quantile)) return measure.value();
  return finite(bench::quantile(sorted, *measure.quantile)).value_or(measure.value());
}

double good_quartile(const Measure& measure) {
  if (measure.stat == nullptr) return measure.value();
  if (measure.lower_is_better) return measure.stat->lower_quartile;
  const std::vector<double> sorted = sorted_samples(*measure.stat, false);
  return sorted.empty() ? std::numeric_limits<double>::quiet_NaN() : bench::quantile(sorted, 0.75);
}

std::int64_t count_of(const Measure& measure) {
  return measure.stat == nullptr ? 0 : measure.stat->n + measure.censored;
}

std::optional<std::int64_t> samples_to_decide(const Measure& measure, double limit, double confidence) {
  if (measure.stat == nullptr) return std::nullopt;
  const Stat& stat = *measure.stat;
  const double q = measure.quantile.value_or(0.5);
  std::vector<double> sorted = independent_samples(measure);
  double worth = 1;  // independent samples a sample is worth
  if (sorted.empty()) {
    sorted = sorted_samples(stat, false);
    const std::optional<double> effective = effective_samples(stat, q);
    if (!effective || *effective < 1) return std::nullopt;
    worth = *effective / static_cast<double>(stat.n);
  }
  if (sorted.empty()) return std::nullopt;
  const auto above = static_cast<double>(std::ranges::count_if(sorted, [&](double sample) { return sample > limit; })) /
                     static_cast<double>(sorted.size());
  const auto decides = [&](std::int64_t n) {
    const auto whole = static_cast<std::int64_t>(std::floor(static_cast<double>(n) * worth));
    const auto beyond = [&](double share) {
      return static_cast<std::int64_t>(std::ceil(share * static_cast<double>(whole) - 1e-9));
    };
    const auto high = bench::upper_rank(whole, q, confidence);
    const auto low = bench::lower_rank(whole, q, confidence);
    return (high && *high <= whole - beyond(above)) || (low && *low > beyond(1 - above));
  };
  std::int64_t fails = stat.n + measure.censored;
  std::int64_t holds = std::max<std::int64_t>(fails, 1);
  while (!decides(holds)) {
    fails = holds;
    if (holds > kMostNeeded) return std::nullopt;
    holds *= 2;
  }
  while (holds - fails > 1) {
    const std::int64_t middle = fails + (holds - fails) / 2;
    (decides(middle) ? holds : fails) = middle;
  }
  return holds;
}

}  // namespace mlplan::gate
