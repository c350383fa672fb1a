#include "gate/clause.h"

#include <fmt/format.h>

#include <cmath>

#include "bench/statistics.h"
#include "gate/bounds.h"
#include "profiles/slo.h"
#include "profiles/support/units.h"

namespace mlplan::gate {
namespace {

std::string figure_name(const Measure& measure) {
  return measure.quantile ? percentile_name(*measure.quantile) : std::string("median");
}

std::string evidence(const Measure& measure) {
  return fmt::format("95 % sure, {}", format_count(count_of(measure), "sample"));
}

Judgement inconclusive(const Measure& measure, const Bounds& bounds, double limit, double confidence) {
  Judgement out;
  out.samples_needed = samples_to_decide(measure, limit, confidence);
  const std::string figure = figure_name(measure);
  const auto text = [&](double value) { return format_measure(value, measure.unit); };
  if (bounds.low && bounds.high) {
    out.reason = fmt::format("the {} lies between {} and {} ({})", figure, text(*bounds.low), text(*bounds.high),
                             evidence(measure));
  } else if (bounds.low || bounds.high) {
    const char* side = bounds.low ? "at least" : "at most";
    out.reason = fmt::format("the {} is {} {}, and {} bound it on one side only", figure, side,
                             text(bounds.low ? *bounds.low : *bounds.high), format_count(count_of(measure), "sample"));
  } else if (measure.sampling == Sampling::visits) {
    out.reason = fmt::format("{} of too few processes bound no {}", format_count(count_of(measure), "sample"), figure);
  } else {
    out.reason = fmt::format("{} cannot bound a {}", format_count(count_of(measure), "sample"), figure);
  }
  if (out.samples_needed && *out.samples_needed > count_of(measure)) {
    out.reason += fmt::format("; about {} would decide it", *out.samples_needed);
  }
  return out;
}

Judgement judge_searched(const Measure& measure, double limit, bool at_most) {
  const auto& [holds, fails] = *measure.searched;
  const auto text = [&](double rate) { return format_measure(rate, measure.unit); };
  if (holds && (at_most ? *holds > limit : *holds >= limit))
    return {at_most ? Outcome::fail : Outcome::pass, fmt::format("the objective held at {}", text(*holds))};
  if (fails && *fails <= limit)
    return {at_most ? Outcome::pass : Outcome::fail, fmt::format("the objective did not hold at {}", text(*fails))};
  if (holds && fails) {
    return {.reason = fmt::format("the objective held at {} and did not at {}; what lies between was not decided",
                                  text(*holds), text(*fails))};
  }
  return {.reason = holds ? fmt::format("the objective held at {}, and no higher rate was seen to fail", text(*holds))
                          : fmt::format("the objective did not hold at {}, and no lower rate was seen to hold",
                                        text(*fails))};
}

Judgement judge(const Measure& measure, double limit, bool at_most, double confidence) {
  if (!measure.made()) return {.reason = measure.why_not};
  if (measure.searched) return judge_searched(measure, limit, at_most);
  if (measure.sampling == Sampling::point) {
    return {.reason = fmt::format("it is {}, one figure of which the report says no error",
                                  format_measure(*measure.exact, measure.unit))};
  }
  const Bounds bounds = bounds_of(measure, confidence);
  const auto within = [&](double value) { return at_most ? value <= limit : value >= limit; };
  const std::optional<double>& far = at_most ? bounds.high : bounds.low;
  const std::optional<double>& near = at_most ? bounds.low : bounds.high;
  const bool passes = far && within(*far);
  const bool fails = near && !within(*near);
  if (!passes && !fails) return inconclusive(measure, bounds, limit, confidence);
  const Outcome outcome = passes ? Outcome::pass : Outcome::fail;
  if (measure.exact && std::isinf(*measure.exact))
    return {outcome, "it grows without end: requests come faster than they are served"};
  if (measure.exact) {
    return {outcome, fmt::format("it is {}", format_measure(*measure.exact, measure.unit))};
  }
  const char* side = passes == at_most ? "at most" : "at least";
  const std::string bound = format_measure(passes ? *far : *near, measure.unit);
  return {outcome, fmt::format("the {} is {} {} ({})", figure_name(measure), side, bound, evidence(measure))};
}

}  // namespace

const char* outcome_name(Outcome outcome) {
  switch (outcome) {
    case Outcome::pass: return "pass";
    case Outcome::fail: return "fail";
    case Outcome::inconclusive: break;
  }
  return "inconclusive";
}

Outcome worse_of(Outcome a, Outcome b) {
  if (a == Outcome::fail || b == Outcome::fail) return Outcome::fail;
  return a == Outcome::inconclusive ? a : b;
}

Judgement judge_at_most(const Measure& measure, double limit, double confidence) {
  return judge(measure, limit, true, confidence);
}
Judgement judge_at_least(const Measure& measure, double limit, double confidence) {
  return judge(measure, limit, false, confidence);
}

}  // namespace mlplan::gate
