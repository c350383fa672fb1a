// A limit judged by what the samples bound, never by the figure alone: passed where the bound on the far side keeps to
// it, failed where the bound on the near side breaks it, else inconclusive.
//
// At n = 1 to 4 nothing can be said of a median: even if all 4 lie beyond the limit, a median within it does that in
// one case of 16. From 5 on a clause can pass or fail. A percentile q can pass from ln(0.05)/ln(q) samples on (29 for
// p90, 299 for p99) and fail from ln(0.05)/ln(1 - q) on (2 for p90).
#pragma once

#include <optional>
#include <string>

#include "profiles/measure.h"

namespace mlplan::gate {

enum class Outcome { pass, fail, inconclusive };
const char* outcome_name(Outcome outcome);

// Of several: fail beats inconclusive beats pass.
Outcome worse_of(Outcome a, Outcome b);

inline constexpr double kConfidence = 0.95;  // of every one-sided bound

// What an inconclusive clause waits for.
enum class Pending {
  samples,       // more of them may decide it
  confirmation,  // a second run, minutes later
  baseline,      // one to compare with
  quiet,         // a machine that is not under pressure, or one like the baseline's
};

struct Judgement {
  Outcome outcome = Outcome::inconclusive;
  std::string reason = {};                          // a sentence
  std::optional<std::int64_t> samples_needed = {};  // of inconclusive: in all
  Pending pending = Pending::samples;               // of inconclusive
};

// `limit` in the unit of the measure; `confidence` of each bound that is used.
Judgement judge_at_most(const Measure& measure, double limit, double confidence = kConfidence);
Judgement judge_at_least(const Measure& measure, double limit, double confidence = kConfidence);

}  // namespace mlplan::gate
