// What the samples behind a measure say of its median or percentile: one-sided bounds by order statistics.
//
// Independent samples give the bounds themselves (docs/method.md, "Bounds"): at 95 % the median has one from n = 5 on.
// Samples in visits resemble each other: the median takes the bounds that the report made of the visits' medians (each
// then at 97.5 %), or those of its effective samples; a percentile always the latter. Numbers without error bound
// themselves. A search is bounded by the rates that it saw to hold and to fail, each at 95 % whatever is asked for: to
// look at it more often only narrows these bounds and never moves them back.
#pragma once

#include <cstdint>
#include <optional>

#include "profiles/measure.h"

namespace mlplan::gate {

struct Bounds {
  std::optional<double> low;   // the true figure is at least this, at the confidence asked for
  std::optional<double> high;  // at most
};

Bounds bounds_of(const Measure& measure, double confidence);

// As documents have it: what is not finite is not known.
std::optional<double> finite(double value);

// The figure itself: as the report states it, or of its samples where the report does not (a p90 of starts). NaN below
// the samples that it takes.
double figure_of(const Measure& measure);

// The quartile on the better side: the lower one of times, the upper one of rates. NaN without samples.
double good_quartile(const Measure& measure);

// Samples, as many as stand behind the figure; 0 of an exact number.
std::int64_t count_of(const Measure& measure);

// Samples that would decide whether the figure is at most (at least) `limit`, if the share of them beyond it stays what
// it is. nullopt: no number would (as many lie on either side), or above a million, or the samples are not known.
std::optional<std::int64_t> samples_to_decide(const Measure& measure, double limit, double confidence);

// The samples that are present, ascending; those known only to be longer as infinities at the end. Empty where the
// report does not have them all (beyond 2,000, by hand).
std::vector<double> independent_samples(const Measure& measure);

}  // namespace mlplan::gate
