// Whether a figure got worse than that of a baseline, by more than is allowed.
//
// Medians of independent samples fail where the rank test finds them worse by more than half of what is allowed (at the
// confidence), and both the medians and the quartiles on the good side differ by more than all of it; they pass where
// the one-sided bound of the ratio keeps to it. Both take 9 samples a side. Samples taken in turns are judged the same
// way in pairs. Percentiles, and samples that hang
// together, are judged by the bounds of each side, by the same limits. What every run finds again (of outputs, of
// the file) is compared as it is. docs/method.md says
// how often that is right.
//
// Ratios say how many times as bad: above 1 is worse, of times and rates alike.
#pragma once

#include "gate/clause.h"
#include "profiles/verdict.h"

namespace mlplan::gate {

inline constexpr std::int64_t kLeastSamplesASide = 9;

struct RegressionJudgement {
  Judgement judgement;
  RelativeFigures figures;
};

// How the samples of the two belong together.
enum class Pairing {
  none,
  by_order,  // the n-th of each were taken one right after the other: what disturbed one disturbed the other
};

// Only the figures: whether the two reports can be compared at all is gate/comparability.h. allowed: 0.1 is 10 % worse.
RegressionJudgement judge_regression(const Measure& now, const Measure& baseline, double allowed,
                                     double confidence = kConfidence, Pairing pairing = Pairing::none);

}  // namespace mlplan::gate
