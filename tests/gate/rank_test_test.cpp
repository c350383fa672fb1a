#include "gate/rank_test.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "tests/gate/figures.h"

using namespace mlplan::gate;
using doctest::Approx;

namespace {

// P(U >= seen) by counting all ways to divide the pooled ranks.
double counted_p(const std::vector<double>& x, const std::vector<double>& y) {
  const auto pairs = [](const std::vector<double>& a, const std::vector<double>& b) {
    double u = 0;
    for (const double s : a) {
      for (const double t : b) u += s > t ? 1 : 0;
    }
    return u;
  };
  const double seen = pairs(x, y);
  std::vector<double> pooled = x;
  pooled.insert(pooled.end(), y.begin(), y.end());
  std::vector<char> of_x(pooled.size(), 0);
  std::fill(of_x.begin(), of_x.begin() + static_cast<std::ptrdiff_t>(x.size()), 1);
  double as_large = 0;
  double all = 0;
  do {
    std::vector<double> a;
    std::vector<double> b;
    for (std::size_t i = 0; i < pooled.size(); ++i) (of_x[i] != 0 ? a : b).push_back(pooled[i]);
    as_large += pairs(a, b) >= seen ? 1 : 0;
    all += 1;
  } while (std::prev_permutation(of_x.begin(), of_x.end()));
  return as_large / all;
}

}  // namespace

// scipy 1.16, mannwhitneyu(x, y, alternative="greater").
TEST_CASE("the rank test agrees with scipy: exact without ties, normal with them or with many pairs") {
  CHECK(rank_test_p(std::vector<double>{19, 22, 16, 29, 24}, std::vector<double>{20, 11, 17, 12}) ==
        Approx(0.05555555555555555).epsilon(1e-12));
  const std::vector<double> x = {1.1, 2.2, 3.3, 4.4, 5.5, 6.6, 7.7, 8.8, 9.9};
  const std::vector<double> y = {0.5, 1.5, 2.5, 3.5, 4.5, 5.2, 6.1, 7.1, 8.1};
  CHECK(rank_test_p(x, y) == Approx(0.24471410941999175).epsilon(1e-12));
  CHECK(rank_test_p(y, x) == Approx(0.7818593171534348).epsilon(1e-12));
  const std::vector<double> tied = {1, 2, 2, 3, 4, 4, 4, 5, 6, 7};
  CHECK(rank_test_p(tied, std::vector<double>{1, 1, 2, 2, 3, 3, 4, 5}) == Approx(0.09542283915962385).epsilon(1e-12));
  CHECK(rank_test_p(ladder(0, 1, 60), ladder(-7.25, 1, 60)) == Approx(0.01347292809782148).epsilon(1e-12));
}

TEST_CASE("the exact law is what counting all arrangements gives") {
  std::mt19937_64 engine(7);
  for (int n = 1; n <= 5; ++n) {
    for (int m = 1; m <= 5; ++m) {
      std::vector<double> values = ladder(1, 1, n + m);
      std::ranges::shuffle(values, engine);
      const std::vector<double> x(values.begin(), values.begin() + n);
      const std::vector<double> y(values.begin() + n, values.end());
      CAPTURE(n);
      CAPTURE(m);
      CHECK(rank_test_p(x, y) == Approx(counted_p(x, y)).epsilon(1e-12));
    }
  }
}

TEST_CASE("equal samples, and none, show no difference") {
  CHECK(rank_test_p(std::vector<double>{3, 3, 3}, std::vector<double>{3, 3}) == 1);
  CHECK(rank_test_p({}, std::vector<double>{3, 3}) == 1);
}

TEST_CASE("the ratio is the median of all pairs, and bounds come from nine samples a side as from the law of U") {
  const std::vector<double> y = ladder(10, 0.37, 9);
  std::vector<double> x = y;
  for (double& value : x) value *= 1.5;
  const Ratio ratio = ratio_of(x, y, 0.95);
  CHECK(ratio.estimate == Approx(1.5).epsilon(1e-12));
  // P(U <= 21) = 0.0469, P(U <= 22) = 0.0570 of 9 and 9: the 22nd and the 60th of the 81 ratios.
  std::vector<double> pairs;
  for (const double a : x) {
    for (const double b : y) pairs.push_back(a / b);
  }
  std::ranges::sort(pairs);
  CHECK(ratio.low == pairs[21]);
  CHECK(ratio.high == pairs[59]);
  CHECK_FALSE(ratio_of(std::vector<double>{1, 2}, std::vector<double>{1, 2, 3}, 0.95).low);
}

TEST_CASE("the bounds of the ratio hold the true one as often as they say") {
  std::mt19937_64 engine(11);
  std::lognormal_distribution<double> law(0, 0.3);
  int low_held = 0;
  int high_held = 0;
  constexpr int kTries = 2000;
  for (int i = 0; i < kTries; ++i) {
    std::vector<double> x(12);
    std::vector<double> y(15);
    for (double& value : x) value = 1.2 * law(engine);
    for (double& value : y) value = law(engine);
    const Ratio ratio = ratio_of(x, y, 0.95);
    low_held += ratio.low && *ratio.low <= 1.2 ? 1 : 0;
    high_held += ratio.high && *ratio.high >= 1.2 ? 1 : 0;
  }
  // 95 % and a little more, since U has steps; 4 standard deviations of the count are 2 %.
  CHECK(low_held > 0.935 * kTries);
  CHECK(high_held > 0.935 * kTries);
  CHECK(low_held < 0.98 * kTries);
  CHECK(high_held < 0.98 * kTries);
}
