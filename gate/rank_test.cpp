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

}  // namespace mlplan::gate
