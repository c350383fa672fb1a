// Reports side by side: every measure of theirs, how many times as large it is as in the first, and whether that is a
// change. By the rules of a gate's regressions, in both directions: worse where it would fail for the least effect that
// counts, better where the first would fail against it, the same where both would pass, else unsure.
//
// Of some hundred measures a few will seem to change without cause. Reports whose samples were not taken in turns also
// differ by what drifted between the runs: for them twice the effect is asked for, and a change is no more than a hint
// (docs/method.md).
#pragma once

#include <optional>
#include <vector>

#include "gate/judge.h"
#include "profiles/comparison.h"

namespace mlplan::gate {

inline constexpr double kLeastEffectInTurns = 0.05;
inline constexpr double kLeastEffectApart = 0.10;

// Two reports or more. `least_effect`: in place of those above.
Comparison compare(const std::vector<NamedReport>& reports, std::optional<double> least_effect);

enum class Change { none, worse, unsure };
// Of the measures that matter most: worse where one got worse in a report measured in turns with the first; unsure
// where one did in another, or one cannot be told.
Change headline_change(const Comparison& comparison);

}  // namespace mlplan::gate
