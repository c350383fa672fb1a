// How fast the machine was when each of two reports was made, by what every start does before it meets the model: the
// process itself and libtorch. Between reports of one machine and one build that is the same work, so what it took
// tells a machine that has become slower from a model that has.
#pragma once

#include <optional>

#include "gate/regression.h"
#include "profiles/measure.h"
#include "profiles/report.h"

namespace mlplan::gate {

// How many times as long it took for `report` as for `baseline`, medians of the warm starts, or else of those with the
// model cold. nullopt where either has fewer than kLeastSamplesASide of them, or machine or build differ.
std::optional<double> machine_slowdown(const Report& report, const Report& baseline);

// A time or a rate: what a slower machine shows otherwise.
bool depends_on_speed(const Measure& measure);

// judge_regression() of a report and a baseline that were made at different times, on a machine that has become so many
// times as slow: what it says of a time or a rate is inconclusive where it says otherwise with that taken out, a fail
// that would be none or a pass that would fail.
RegressionJudgement judge_apart(const Measure& now, const Measure& baseline, double allowed, double confidence,
                                std::optional<double> slowdown);

}  // namespace mlplan::gate
