#include "bench/statistics.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>

namespace mlplan::bench {

namespace {

// Boost reports what it cannot compute by a value that is not finite instead of throwing; the arguments are checked
// here.
namespace policies = boost::math::policies;
using Quiet =
    policies::policy<policies::domain_error<policies::ignore_error>, policies::pole_error<policies::ignore_error>,
                     policies::overflow_error<policies::ignore_error>,
                     policies::evaluation_error<policies::ignore_error>>;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kOutlierScore = 14.826;
constexpr double kBinsPerOctave = 44;

bool sensible(double q, double confidence) { return q > 0 && q < 1 && confidence > 0 && confidence < 1; }

// Probability that at most `count` of n samples lie below the q-quantile.
double at_most(std::int64_t count, std::int64_t n, double q) {
  if (count < 0) return 0;
  if (count >= n) return 1;
  return cdf(boost::math::binomial_distribution<double, Quiet>(static_cast<double>(n), q), static_cast<double>(count));
}

// ceil, blind to the last digits of a product or quotient that is a whole number but for rounding.
std::int64_t ceiling(double value) { return static_cast<std::int64_t>(std::ceil(value - 1e-9)); }

std::vector<double> sorted_present(std::span<const double> samples) {
  std::vector<double> kept;
  kept.reserve(samples.size());
  std::copy_if(samples.begin(), samples.end(), std::back_inserter(kept), [](double x) { return std::isfinite(x); });
  std::sort(kept.begin(), kept.end());
  return kept;
}

std::vector<double> pool(const std::vector<std::vector<double>>& blocks) {
  std::vector<double> pooled;
  for (const std::vector<double>& block : blocks) pooled.insert(pooled.end(), block.begin(), block.end());
  return pooled;
}

// Outliers among the samples of `among`, judged by the median and the MAD of all (sorted).
std::vector<std::int64_t> outliers(std::span<const double> among, std::span<const double> sorted) {
  const double centre = median(sorted);
  std::vector<double> distance(sorted.begin(), sorted.end());
  for (double& x : distance) x = std::abs(x - centre);
  std::sort(distance.begin(), distance.end());
  const double mad = median(distance);
  std::vector<std::int64_t> found;
  if (!(mad > 0)) return found;
  for (std::size_t i = 0; i < among.size(); ++i) {
    if (std::isfinite(among[i]) && std::abs(among[i] - centre) / mad > kOutlierScore) {
      found.push_back(static_cast<std::int64_t>(i));
    }
  }
  return found;
}

// What does not depend on how the samples hang together: everything but low, high and the percentiles' bounds.
Stat describe(std::vector<double> samples, const std::vector<double>& sorted, const StatOptions& options) {
  Stat stat;
  stat.confidence = options.confidence;
  stat.n = static_cast<std::int64_t>(sorted.size());
  if (!sorted.empty()) {
    stat.median = median(sorted);
    stat.min = sorted.front();
    stat.max = sorted.back();
    stat.lower_quartile = quantile(sorted, 0.25);
  }
  for (const double q : options.percentiles) {
    if (!sensible(q, options.confidence)) continue;
    Percentile& percentile = stat.percentiles[fmt::format("p{:g}", q * 100)];
    percentile.needs = samples_needed(q, options.confidence);
    if (stat.n >= samples_to_state(q)) percentile.value = q == 0.5 ? stat.median : quantile(sorted, q);
  }
  if (samples.size() > options.keep) {
    stat.histogram = log_histogram(samples);
    std::vector<double> selection;
    selection.reserve(options.keep);
    for (std::size_t i = 0; i < options.keep; ++i) selection.push_back(samples[i * samples.size() / options.keep]);
    samples = std::move(selection);
  }
  stat.outliers = outliers(samples, sorted);
  stat.samples = std::move(samples);
  return stat;
}

double order_statistic(std::span<const double> sorted, std::int64_t rank) {
  return sorted[static_cast<std::size_t>(rank - 1)];
}

// effective_samples of blocks whose samples, pooled, are `sorted`.
double effective_of(const std::vector<std::vector<double>>& blocks, std::span<const double> sorted, double q,
                    double confidence) {
  if (!sensible(q, confidence) || sorted.empty()) return 0;
  const double limit = quantile(sorted, q);
  const auto n = static_cast<double>(sorted.size());

  struct Counts {
    double size = 0;
    double above = 0;
    double at_least = 0;
  };
  std::vector<Counts> counts;
  Counts all;
  for (const std::vector<double>& block : blocks) {
    Counts here;
    for (const double x : block) {
      if (!std::isfinite(x)) continue;
      here.size += 1;
      here.above += x > limit ? 1 : 0;
      here.at_least += x >= limit ? 1 : 0;
    }
    if (here.size == 0) continue;
    counts.push_back(here);
    all.above += here.above;
    all.at_least += here.at_least;
  }
  if (counts.size() < 2) return 0;
  const auto block_count = static_cast<double>(counts.size());

  // Variance of the share beyond the limit, as a ratio over blocks of unequal size, against that of independent
  // samples. Both sides of a tie at the limit are tried. Below 1 the blocks agree better than chance, which is luck,
  // not more information.
  double loss = 1;
  for (double Counts::* beyond : {&Counts::above, &Counts::at_least}) {
    const double share = all.*beyond / n;
    const double independent = share * (1 - share) / n;
    if (!(independent > 0)) continue;
    double squares = 0;
    for (const Counts& here : counts) squares += std::pow((here.*beyond - share * here.size) / n, 2);
    loss = std::max(loss, squares * block_count / (block_count - 1) / independent);
  }
  // A variance from few blocks is itself uncertain.
  const auto t_of = [&](double degrees) {
    return quantile(boost::math::students_t_distribution<double, Quiet>(degrees), std::max(confidence, 0.75));
  };
  const double few_blocks = std::pow(t_of(n - 1) / t_of(block_count - 1), 2);
  return n / loss * few_blocks;
}

std::int64_t needed_of(double n, double effective, double q, double confidence) {
  const std::int64_t independent = samples_needed(q, confidence);
  if (effective <= 0 || n < static_cast<double>(independent)) return independent;
  return ceiling(static_cast<double>(independent) * std::max(1.0, n / effective));
}

}  // namespace

double quantile(std::span<const double> sorted, double q) {
  if (sorted.empty()) return kNaN;
  const auto n = static_cast<std::int64_t>(sorted.size());
  return order_statistic(sorted, std::clamp(ceiling(q * static_cast<double>(n)), std::int64_t{1}, n));
}

double median(std::span<const double> sorted) {
  if (sorted.empty()) return kNaN;
  const std::size_t middle = sorted.size() / 2;
  if (sorted.size() % 2 == 1) return sorted[middle];
  return sorted[middle - 1] + (sorted[middle] - sorted[middle - 1]) / 2;
}

double median_of(std::vector<double> values) {
  std::ranges::sort(values);
  return values.empty() ? 0 : median(values);
}

// The r-th smallest of n samples lies at or above the quantile when at most r - 1 samples lie below it.
std::optional<std::int64_t> upper_rank(std::int64_t n, double q, double confidence) {
  if (n < 1 || !sensible(q, confidence)) return std::nullopt;
  const auto bounds = [&](std::int64_t rank) { return at_most(rank - 1, n, q) >= confidence; };
  // The maximum first: at_most(n - 1) is 1 - q^n, and rank n + 1 would always bound.
  if (!bounds(n)) return std::nullopt;
  std::int64_t fails = 0;
  std::int64_t holds = n;
  while (holds - fails > 1) {
    const std::int64_t middle = fails + (holds - fails) / 2;
    (bounds(middle) ? holds : fails) = middle;
  }
  return holds;
}

// A lower bound of the q-quantile is an upper bound of the (1 - q)-quantile of the samples in reverse order.
std::optional<std::int64_t> lower_rank(std::int64_t n, double q, double confidence) {
  const std::optional<std::int64_t> mirrored = upper_rank(n, 1 - q, confidence);
  if (!mirrored) return std::nullopt;
  return n + 1 - *mirrored;
}

std::optional<Ranks> two_sided_ranks(std::int64_t n, double q, double confidence) {
  const double one_side = 1 - (1 - confidence) / 2;
  const std::optional<std::int64_t> low = lower_rank(n, q, one_side);
  const std::optional<std::int64_t> high = upper_rank(n, q, one_side);
  if (!low || !high) return std::nullopt;
  return Ranks{*low, *high};
}

std::int64_t samples_needed(double q, double confidence) {
  if (!sensible(q, confidence)) return 0;
  std::int64_t n = std::max<std::int64_t>(1, static_cast<std::int64_t>(std::log1p(-confidence) / std::log(q)));
  while (!upper_rank(n, q, confidence)) ++n;
  return n;
}

std::int64_t samples_to_state(double q) { return q > 0 && q < 1 ? ceiling(1 / (1 - q)) : 1; }

std::vector<std::int64_t> outliers(std::span<const double> samples) {
  const std::vector<double> sorted = sorted_present(samples);
  return outliers(samples, sorted);
}

Stat summarise(std::vector<double> samples, const StatOptions& options) {
  const std::vector<double> sorted = sorted_present(samples);
  Stat stat = describe(std::move(samples), sorted, options);
  if (const std::optional<Ranks> ranks = two_sided_ranks(stat.n, 0.5, options.confidence)) {
    stat.low = order_statistic(sorted, ranks->low);
    stat.high = order_statistic(sorted, ranks->high);
  }
  for (const double q : options.percentiles) {
    if (const std::optional<std::int64_t> rank = upper_rank(stat.n, q, options.confidence)) {
      stat.percentiles[fmt::format("p{:g}", q * 100)].high = order_statistic(sorted, *rank);
    }
  }
  return stat;
}

Stat summarise_right_censored(std::vector<double> samples, std::int64_t censored, const StatOptions& options) {
  if (censored <= 0) return summarise(std::move(samples), options);
  std::vector<double> sorted = sorted_present(samples);
  Stat stat = describe(std::move(samples), sorted, options);
  sorted.insert(sorted.end(), static_cast<std::size_t>(censored), std::numeric_limits<double>::infinity());
  const auto finite = [](double value) { return std::isfinite(value) ? std::optional(value) : std::nullopt; };
  stat.median = finite(median(sorted)).value_or(kNaN);
  stat.lower_quartile = finite(quantile(sorted, 0.25)).value_or(kNaN);
  stat.max = kNaN;
  stat.percentiles.clear();
  if (const auto ranks = two_sided_ranks(static_cast<std::int64_t>(sorted.size()), 0.5, options.confidence)) {
    stat.low = finite(order_statistic(sorted, ranks->low));
    stat.high = finite(order_statistic(sorted, ranks->high));
  }
  return stat;
}

Stat summarise_blocks(const std::vector<std::vector<double>>& blocks, const StatOptions& options) {
  std::vector<double> samples = pool(blocks);
  const std::vector<double> sorted = sorted_present(samples);
  Stat stat = describe(std::move(samples), sorted, options);

  std::vector<double> medians;
  for (const std::vector<double>& block : blocks) {
    const std::vector<double> of_block = sorted_present(block);
    if (!of_block.empty()) medians.push_back(median(of_block));
  }
  std::sort(medians.begin(), medians.end());
  const auto count = static_cast<std::int64_t>(medians.size());
  if (const std::optional<Ranks> ranks = two_sided_ranks(count, 0.5, options.confidence)) {
    stat.low = std::min(order_statistic(medians, ranks->low), stat.median);
    stat.high = std::max(order_statistic(medians, ranks->high), stat.median);
  }

  for (const double q : options.percentiles) {
    if (!sensible(q, options.confidence)) continue;
    Percentile& percentile = stat.percentiles[fmt::format("p{:g}", q * 100)];
    const double effective = effective_of(blocks, sorted, q, options.confidence);
    percentile.needs = needed_of(static_cast<double>(stat.n), effective, q, options.confidence);
    const auto whole = static_cast<std::int64_t>(effective);
    if (const std::optional<std::int64_t> rank = upper_rank(whole, q, options.confidence)) {
      // The same share of the samples, counted among all of them.
      const double share = static_cast<double>(*rank) / static_cast<double>(whole);
      percentile.high = quantile(sorted, share);
    }
  }
  return stat;
}

double effective_samples(const std::vector<std::vector<double>>& blocks, double q, double confidence) {
  return effective_of(blocks, sorted_present(pool(blocks)), q, confidence);
}

std::int64_t samples_needed(const std::vector<std::vector<double>>& blocks, double q, double confidence) {
  const std::vector<double> sorted = sorted_present(pool(blocks));
  return needed_of(static_cast<double>(sorted.size()), effective_of(blocks, sorted, q, confidence), q, confidence);
}

std::vector<HistogramBin> log_histogram(std::span<const double> samples) {
  constexpr double kSmallest = std::numeric_limits<double>::min();
  const auto edge = [](std::int64_t k) { return std::exp2(static_cast<double>(k) / kBinsPerOctave); };
  // The logarithm finds the bin but for rounding; the edges themselves, which the report prints, decide.
  const auto guess = [](double x) { return static_cast<std::int64_t>(std::floor(std::log2(x) * kBinsPerOctave)); };
  std::map<std::int64_t, std::int64_t> negative;  // by -k, so that the map ascends by value
  std::map<std::int64_t, std::int64_t> positive;
  std::int64_t zeros = 0;
  for (const double x : samples) {
    if (!std::isfinite(x)) continue;
    const double size = std::abs(x);
    if (size < kSmallest) {
      ++zeros;
      continue;
    }
    std::int64_t k = guess(size);
    if (x > 0) {  // edge(k) <= x < edge(k + 1)
      while (size < edge(k)) --k;
      while (size >= edge(k + 1)) ++k;
      ++positive[k];
    } else {  // edge(k) < |x| <= edge(k + 1), since a bin holds its lower end
      while (size <= edge(k)) --k;
      while (size > edge(k + 1)) ++k;
      ++negative[-k];
    }
  }
  std::vector<HistogramBin> bins;
  for (const auto& [minus_k, count] : negative) bins.push_back({-edge(1 - minus_k), -edge(-minus_k), count});
  if (zeros > 0) bins.push_back({0, kSmallest, zeros});
  for (const auto& [k, count] : positive) bins.push_back({edge(k), edge(k + 1), count});
  return bins;
}

}  // namespace mlplan::bench
