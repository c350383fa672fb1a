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

// scipy 1.17, wilcoxon(log(x / y), alternative="greater"); the first pairs are of Hollander and Wolfe's depression
// data.
TEST_CASE("the signed-rank test agrees with scipy: exact without ties, normal with them or with many pairs") {
  const std::vector<double> x = {1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};
  const std::vector<double> y = {0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29};
  CHECK(paired_rank_test_p(x, y) == Approx(0.02734375).epsilon(1e-12));
  CHECK(paired_rank_test_p(y, x) == Approx(0.98046875).epsilon(1e-12));
  const auto of_differences = [](const std::vector<double>& differences) {
    std::vector<double> larger;
    for (const double difference : differences) larger.push_back(std::exp2(difference));
    return paired_rank_test_p(larger, std::vector<double>(differences.size(), 1.0));
  };
  CHECK(of_differences({1, -1, 2, 2, -3, 4, 0, 5, 5, 6}) == Approx(0.032801035402696056).epsilon(1e-9));
  std::vector<double> many;
  for (int i = 0; i < 60; ++i) many.push_back(i * 37 % 61 - 22.0);
  CHECK(of_differences(many) == Approx(0.000984391068057259).epsilon(1e-9));
}

TEST_CASE("the exact law of signed ranks is what counting all signs gives") {
  for (int n = 1; n <= 10; ++n) {
    const std::vector<double> ranks = ladder(1, 1, n);
    for (int signs = 0; signs < 1 << n; signs += 1 + n * n) {
      const auto sum_of = [&](int positive) {
        double sum = 0;
        for (int i = 0; i < n; ++i) sum += (positive >> i & 1) != 0 ? ranks[static_cast<std::size_t>(i)] : 0;
        return sum;
      };
      int as_large = 0;
      for (int other = 0; other < 1 << n; ++other) as_large += sum_of(other) >= sum_of(signs) ? 1 : 0;
      std::vector<double> x;
      for (int i = 0; i < n; ++i) x.push_back(std::exp((signs >> i & 1) != 0 ? i + 1 : -(i + 1)));
      CHECK(paired_rank_test_p(x, std::vector<double>(x.size(), 1.0)) ==
            Approx(static_cast<double>(as_large) / (1 << n)).epsilon(1e-9));
    }
  }
}

TEST_CASE("pairs bound a ratio whatever disturbed both of each alike") {
  std::vector<double> x;
  std::vector<double> y;
  for (int i = 0; i < 12; ++i) {
    y.push_back(100 * (1 + i % 4));                      // up to four times as slow
    x.push_back(y.back() * (1.2 + 0.01 * (i % 3 - 1)));  // and 20 % more
  }
  const Ratio pairs = paired_ratio_of(x, y, 0.95);
  CHECK(pairs.estimate == Approx(1.2).epsilon(0.01));
  CHECK(*pairs.low > 1.18);
  CHECK(*pairs.high < 1.22);
  const Ratio apart = ratio_of(x, y, 0.95);
  CHECK(*apart.low < 1);
  CHECK_FALSE(paired_ratio_of(std::vector<double>{1, 2, 3, 4}, std::vector<double>{1, 2, 3, 4}, 0.95).low);
  CHECK(paired_ratio_of(ladder(10, 1, 5), ladder(10, 1, 5), 0.95).low);
}

TEST_CASE("the bounds of pairs hold as often as they say") {
  std::mt19937_64 engine(11);
  std::normal_distribution<double> normal;
  for (const int n : {9, 25, 60}) {
    int low_holds = 0;
    int high_holds = 0;
    constexpr int kTries = 4000;
    for (int i = 0; i < kTries; ++i) {
      std::vector<double> x;
      std::vector<double> y;
      for (int k = 0; k < n; ++k) {
        const double both = std::exp(0.3 * normal(engine));
        y.push_back(both * std::exp(0.1 * normal(engine)));
        x.push_back(1.1 * both * std::exp(0.1 * normal(engine)));
      }
      const Ratio ratio = paired_ratio_of(x, y, 0.95);
      low_holds += *ratio.low <= 1.1 ? 1 : 0;
      high_holds += *ratio.high >= 1.1 ? 1 : 0;
    }
    // At least 95 %, less four standard errors; the discrete law adds up to 1.5 % at n = 9.
    CAPTURE(n);
    for (const int holds : {low_holds, high_holds}) {
      CHECK(holds >= kTries * 0.936);
      CHECK(holds <= kTries * 0.98);
    }
  }
}

TEST_CASE("equal samples, and none, show no difference") {
  CHECK(rank_test_p(std::vector<double>{3, 3, 3}, std::vector<double>{3, 3}) == 1);
  CHECK(rank_test_p({}, std::vector<double>{3, 3}) == 1);
  CHECK(paired_rank_test_p(std::vector<double>{3, 4}, std::vector<double>{3, 4}) == 1);
  CHECK(paired_rank_test_p({}, {}) == 1);
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
