#include "gate/rank_test.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include "bench/statistics.h"

namespace mlplan::gate {
namespace {

constexpr std::size_t kMostExactPairs = 2500;
constexpr std::size_t kMostExactRanks = 50;  // of signed ranks

// P(U <= u) of n and m samples without ties, for u = 0 .. n*m: the coefficients of the Gaussian binomial coefficient,
// the product over i of (1 - q^(m+i)) / (1 - q^i), summed.
std::vector<double> exact_law(std::size_t n, std::size_t m) {
  std::vector<double> ways(n * m + 1);
  ways[0] = 1;
  for (std::size_t i = 1; i <= n; ++i) {
    for (std::size_t u = ways.size(); u-- > m + i;) ways[u] -= ways[u - (m + i)];
    for (std::size_t u = i; u < ways.size(); ++u) ways[u] += ways[u - i];
  }
  std::partial_sum(ways.begin(), ways.end(), ways.begin());
  for (double& share : ways) share /= ways.back();
  return ways;
}

struct Ranking {
  double u = 0;          // pairs with x larger, ties half
  double tie_cubes = 0;  // sum of t^3 - t over the groups of equal values
  bool ties = false;     // between or within the samples
};

Ranking rank(std::span<const double> x, std::span<const double> y) {
  struct Sample {
    double value;
    bool of_x;
  };
  std::vector<Sample> all;
  for (const double value : x) all.push_back({value, true});
  for (const double value : y) all.push_back({value, false});
  std::ranges::sort(all, {}, &Sample::value);
  Ranking out;
  double below = 0;  // of y
  for (std::size_t first = 0; first < all.size();) {
    std::size_t end = first;
    double xs = 0;
    while (end < all.size() && all[end].value == all[first].value) xs += all[end++].of_x ? 1 : 0;
    const auto size = static_cast<double>(end - first);
    out.u += xs * (below + (size - xs) / 2);
    below += size - xs;
    out.ties = out.ties || size > 1;
    out.tie_cubes += size * size * size - size;
    first = end;
  }
  return out;
}

double standard_deviation(double n, double m, double tie_cubes) {
  const double all = n + m;
  return std::sqrt(n * m / 12 * (all + 1 - tie_cubes / (all * (all - 1))));
}

// The largest k with P(U <= k) <= 1 - confidence; nullopt where there is none.
std::optional<std::size_t> lower_tail(std::size_t n, std::size_t m, double confidence) {
  const double allowed = 1 - confidence + 1e-12;
  if (n * m <= kMostExactPairs) {
    const std::vector<double> law = exact_law(n, m);
    const auto beyond = std::ranges::upper_bound(law, allowed) - law.begin();
    return beyond == 0 ? std::nullopt : std::optional(static_cast<std::size_t>(beyond) - 1);
  }
  const auto mean = static_cast<double>(n * m) / 2;
  const double z = boost::math::quantile(boost::math::normal_distribution<double>(), confidence);
  return static_cast<std::size_t>(mean - 0.5 -
                                  z * standard_deviation(static_cast<double>(n), static_cast<double>(m), 0));
}

// P(V <= v) of n pairs without ties, for v = 0 .. n(n+1)/2: every rank is positive or not, with the same chance.
std::vector<double> exact_signed_law(std::size_t n) {
  std::vector<double> law(n * (n + 1) / 2 + 1);
  law[0] = 1;
  for (std::size_t rank = 1; rank <= n; ++rank) {
    for (std::size_t v = law.size(); v-- > 0;) law[v] = (law[v] + (v >= rank ? law[v - rank] : 0)) / 2;
  }
  std::partial_sum(law.begin(), law.end(), law.begin());
  return law;
}

double signed_standard_deviation(double n, double tie_cubes) {
  return std::sqrt(n * (n + 1) * (2 * n + 1) / 24 - tie_cubes / 48);
}

// The largest k with P(V <= k) <= 1 - confidence; nullopt where there is none.
std::optional<std::size_t> lower_signed_tail(std::size_t n, double confidence) {
  const double allowed = 1 - confidence + 1e-12;
  if (n <= kMostExactRanks) {
    const std::vector<double> law = exact_signed_law(n);
    const auto beyond = std::ranges::upper_bound(law, allowed) - law.begin();
    return beyond == 0 ? std::nullopt : std::optional(static_cast<std::size_t>(beyond) - 1);
  }
  const double mean = static_cast<double>(n * (n + 1)) / 4;
  const double z = boost::math::quantile(boost::math::normal_distribution<double>(), confidence);
  return static_cast<std::size_t>(mean - 0.5 - z * signed_standard_deviation(static_cast<double>(n), 0));
}

std::vector<double> log_ratios(std::span<const double> x, std::span<const double> y) {
  std::vector<double> out;
  for (std::size_t i = 0; i < x.size(); ++i) out.push_back(std::log(x[i] / y[i]));
  return out;
}

}  // namespace

double rank_test_p(std::span<const double> x, std::span<const double> y) {
  if (x.empty() || y.empty()) return 1;
  const Ranking ranking = rank(x, y);
  const std::size_t pairs = x.size() * y.size();
  if (!ranking.ties && pairs <= kMostExactPairs) {
    // P(U >= u) = P(U <= pairs - u) by symmetry.
    return exact_law(x.size(), y.size())[pairs - static_cast<std::size_t>(ranking.u)];
  }
  const auto n = static_cast<double>(x.size());
  const auto m = static_cast<double>(y.size());
  const double sd = standard_deviation(n, m, ranking.tie_cubes);
  if (!(sd > 0)) return 1;  // all values are equal
  const double z = (ranking.u - n * m / 2 - 0.5) / sd;
  return boost::math::cdf(boost::math::complement(boost::math::normal_distribution<double>(), z));
}

Ratio ratio_of(std::span<const double> x, std::span<const double> y, double confidence) {
  std::vector<double> ratios;
  ratios.reserve(x.size() * y.size());
  for (const double a : x) {
    for (const double b : y) {
      // Two that are both known only to be long could be in any ratio; as equal ones they move neither bound far.
      ratios.push_back(std::isinf(a) && std::isinf(b) ? 1 : a / b);
    }
  }
  if (ratios.empty()) return {};
  std::ranges::sort(ratios);
  Ratio out;
  out.estimate = bench::median(ratios);
  if (const auto tail = lower_tail(x.size(), y.size(), confidence)) {
    out.low = ratios[*tail];
    out.high = ratios[ratios.size() - 1 - *tail];
  }
  return out;
}

double paired_rank_test_p(std::span<const double> x, std::span<const double> y) {
  std::vector<double> differences = log_ratios(x, y);
  std::erase(differences, 0.0);  // they say nothing of a direction (Wilcoxon's own way)
  if (differences.empty()) return 1;
  std::ranges::sort(differences, {}, [](double difference) { return std::abs(difference); });
  double v = 0;
  double tie_cubes = 0;
  for (std::size_t first = 0; first < differences.size();) {
    std::size_t end = first;
    double positive = 0;
    while (end < differences.size() && std::abs(differences[end]) == std::abs(differences[first]))
      positive += differences[end++] > 0 ? 1 : 0;
    const auto size = static_cast<double>(end - first);
    v += positive * static_cast<double>(first + 1 + end) / 2;  // the mean of the ranks first+1 .. end
    tie_cubes += size * size * size - size;
    first = end;
  }
  const std::size_t n = differences.size();
  const std::size_t all = n * (n + 1) / 2;
  // P(V >= v) = P(V <= all - v) by symmetry.
  if (tie_cubes == 0 && n <= kMostExactRanks) return exact_signed_law(n)[all - static_cast<std::size_t>(v)];
  const double sd = signed_standard_deviation(static_cast<double>(n), tie_cubes);
  const double z = (v - static_cast<double>(all) / 2 - 0.5) / sd;
  return boost::math::cdf(boost::math::complement(boost::math::normal_distribution<double>(), z));
}

Ratio paired_ratio_of(std::span<const double> x, std::span<const double> y, double confidence) {
  const std::vector<double> ratios = log_ratios(x, y);
  std::vector<double> means;
  means.reserve(ratios.size() * (ratios.size() + 1) / 2);
  for (std::size_t i = 0; i < ratios.size(); ++i) {
    for (std::size_t j = i; j < ratios.size(); ++j) means.push_back((ratios[i] + ratios[j]) / 2);
  }
  if (means.empty()) return {};
  std::ranges::sort(means);
  Ratio out;
  out.estimate = std::exp(bench::median(means));
  if (const auto tail = lower_signed_tail(ratios.size(), confidence)) {
    out.low = std::exp(means[*tail]);
    out.high = std::exp(means[means.size() - 1 - *tail]);
  }
  return out;
}

}  // namespace mlplan::gate
