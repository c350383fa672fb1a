// Rank tests of whether one of two samples is larger, and what follows from them: how many times as large it is.
//
// Of independent samples Mann and Whitney's, of samples in pairs Wilcoxon's signed ranks.
//
// U counts the pairs in which x is larger, ties half. Its law under "x is not larger" is exact without ties and up to
// 2,500 pairs (Mann and Whitney 1947, by the Gaussian binomial coefficients), else the normal one with the correction
// for ties and for continuity (Lehmann, Nonparametrics, section 1.3). The ratio is Hodges and Lehmann's estimator on a
// log scale: the median of all pairwise ratios, its bounds the ratios at which the test would just not reject.
//
// V sums the ranks of the positive differences (of logarithms); its law under "x is not larger" is exact without ties
// and up to 50 pairs (Wilcoxon 1945), else normal with both corrections. The ratio is Hodges and Lehmann's too: the
// median of the geometric means of any two pairs' ratios (of one with itself as well), with bounds as above. What
// disturbs both of a pair alike is in neither: of starts taken in turns it says more than the test above.
#pragma once

#include <optional>
#include <span>

namespace mlplan::gate {

// P(U at least as large as seen) if x were not larger. 1 without samples.
double rank_test_p(std::span<const double> x, std::span<const double> y);

struct Ratio {
  double estimate = 0;
  std::optional<double> low;   // one-sided; absent where there are too few samples
  std::optional<double> high;  // likewise
};

// Of samples above 0; infinities count as larger than all.
Ratio ratio_of(std::span<const double> x, std::span<const double> y, double confidence);

// The same of pairs, x[i] with y[i]: finite and above 0, of equal number.
double paired_rank_test_p(std::span<const double> x, std::span<const double> y);
Ratio paired_ratio_of(std::span<const double> x, std::span<const double> y, double confidence);

}  // namespace mlplan::gate
