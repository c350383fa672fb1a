// Statistics that make no assumption about the distribution: order statistics, ranks and medians.
//
// Sources: order-statistic bounds from the binomial distribution (David and Nagaraja, Order Statistics, 3rd ed.,
// section 7.1); effective sample size of dependent samples (Korn and Graubard 1998); modified z-score (Iglewicz and
// Hoaglin 1993). Samples that are not finite are absent: they are left out of every figure. docs/method.md has the
// formulas and their limits.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "profiles/stat.h"

namespace mlplan::bench {

// Nearest-rank quantile of sorted samples: the smallest value with at least q*n samples at or below it. 0 < q <= 1. NaN
// without samples.
double quantile(std::span<const double> sorted, double q);
double median(std::span<const double> sorted);  // mean of the two middle values where n is even
double median_of(std::vector<double> values);   // in any order; 0 without values

struct Ranks {
  std::int64_t low = 0;  // 1-based
  std::int64_t high = 0;
};

// Ranks whose order statistics bound the q-quantile two-sided at `confidence`, at most half of the error on either
// side; nullopt when n is too small. n = 6, 9, 12, 15, 20 at q = 0.5, 0.95 -> [1,6] [2,8] [3,10] [4,12] [6,15].
std::optional<Ranks> two_sided_ranks(std::int64_t n, double q, double confidence);
// Smallest rank whose order statistic is an upper bound of the q-quantile at `confidence`; nullopt when even the
// maximum is not. q = 0.5, 0.95: n = 5 -> 5, 8 -> 7, 11 -> 9, 16 -> 12, 20 -> 15.
std::optional<std::int64_t> upper_rank(std::int64_t n, double q, double confidence);
// Largest rank whose order statistic is a lower bound, likewise.
std::optional<std::int64_t> lower_rank(std::int64_t n, double q, double confidence);
// Smallest n for which upper_rank exists: ceil(ln(1-confidence)/ln q); 59 for (0.95, 0.95), 299 for (0.99, 0.95).
std::int64_t samples_needed(double q, double confidence);
// Smallest n from which the q-quantile itself is stated: ceil(1/(1-q)), one sample expected beyond it. 2, 10, 100 for
// p50, p90, p99.
std::int64_t samples_to_state(double q);

// Modified z-score above 14.826 (ten standard deviations of a normal distribution); none when the MAD is 0. Indices in
// order.
std::vector<std::int64_t> outliers(std::span<const double> samples);

struct StatOptions {
  double confidence = 0.95;
  std::vector<double> percentiles = {};  // e.g. {0.5, 0.9, 0.99}
  std::size_t keep = 2000;               // raw samples kept; beyond it a histogram is added
};

// Everything a Stat holds, from independent samples in time order. A percentile's `value` needs samples_to_state, its
// `high` samples_needed; p50 is the median.
Stat summarise(std::vector<double> samples, const StatOptions& options = {});

// As summarise, where of `censored` further samples is known only that they are longer than any that is present (steady
// state not reached before the warm-up was cut off): they count as infinite in the median, its bounds and the quartile,
// which are absent (NaN) where infinite; max then is absent too. n counts those present.
Stat summarise_right_censored(std::vector<double> samples, std::int64_t censored, const StatOptions& options = {});

// For samples taken in stretches (blocks) whose members resemble each other: as summarise, but low and high bound the
// median by the order statistics of the block medians, widened to hold the pooled median; absent below 6 blocks at 95
// %. `high` of a percentile counts effective_samples, not samples, and `needs` is raised by the same factor.
Stat summarise_blocks(const std::vector<std::vector<double>>& blocks, const StatOptions& options = {});

// How many independent samples the blocks are worth for a one-sided bound of the pooled q-quantile, at most as many as
// there are: how much the share of samples beyond the quantile differs between blocks says how far those within one
// depend on each other. 0 below two blocks, since a single stretch of time says nothing of the next.
double effective_samples(const std::vector<std::vector<double>>& blocks, double q, double confidence);

// Samples, of the kind these blocks hold, that bound the q-quantile from above: samples_needed(q, confidence) until
// there are that many (in two blocks or more), then that times the loss by dependence.
std::int64_t samples_needed(const std::vector<std::vector<double>>& blocks, double q, double confidence);

// Logarithmic bins 2^(k/44) to 2^((k+1)/44), 1.6 % wide; exact counts; empty bins left out; ascending. Negative samples
// have mirrored bins, and [0, 2^-1022) holds what is zero.
std::vector<HistogramBin> log_histogram(std::span<const double> samples);

}  // namespace mlplan::bench
