// Estimates as text: a figure with as many digits as its interval carries, the interval beside it, and what became of
// an objective.
#pragma once

#include <string>

#include "cli/views/text.h"
#include "profiles/simulation.h"

namespace mlplan::cli {

enum class EstimateKind { duration, share, number, bytes, rate };

std::string share_text(double share, bool with_unit = true);  // "61.2 %", "99.952 %"
std::string value_text(const Estimate& estimate, EstimateKind kind);
std::string interval_text(const Estimate& estimate, EstimateKind kind);  // "25.9 .. 26.3 ms"; a dash without bounds

// "missed     p99 within 250 ms: not kept for 4.24 % (3.11 .. 5.37 %) of the requests, 1 % may be"
std::string objective_paragraph(const ObjectiveVerdict& objective, const Style& style);

}  // namespace mlplan::cli
