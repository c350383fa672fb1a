#include "cli/views/estimates.h"

#include <fmt/format.h>

#include <cmath>

#include "cli/views/numbers.h"

namespace mlplan::cli {
namespace {

int digits_for(const Estimate& estimate) {
  if (!estimate.low || !estimate.high || !(estimate.value > 0)) return 3;
  return (*estimate.high - *estimate.low) / 2 > 0.05 * estimate.value ? 2 : 3;
}

Unit unit_of(EstimateKind kind) {
  switch (kind) {
    case EstimateKind::duration: return Unit::duration;
    case EstimateKind::bytes: return Unit::bytes;
    case EstimateKind::rate: return Unit::per_second;
    case EstimateKind::share:
    case EstimateKind::number: break;
  }
  return Unit::count;
}

}  // namespace

std::string share_text(double share, bool with_unit) {
  if (!std::isfinite(share)) return kAbsent;
  // Of availability and the like the rest is what counts.
  std::string text = share > 0.99 && share < 1 ? format_rare_share(share) : fmt::format("{:.3g} %", share * 100);
  if (!with_unit) text.erase(text.find(' '));
  return text;
}

std::string value_text(const Estimate& estimate, EstimateKind kind) {
  if (kind == EstimateKind::share) return share_text(estimate.value);
  return format(estimate.value, unit_of(kind), digits_for(estimate));
}

std::string interval_text(const Estimate& estimate, EstimateKind kind) {
  if (!estimate.low || !estimate.high) return kAbsent;
  if (kind == EstimateKind::share) return share_text(*estimate.low, false) + " .. " + share_text(*estimate.high);
  const int digits = digits_for(estimate);
  if (kind != EstimateKind::number && *estimate.low == 0)
    return "0 .. " + format(*estimate.high, unit_of(kind), digits);
  return format_range(*estimate.low, *estimate.high, unit_of(kind), digits);
}

std::string objective_paragraph(const ObjectiveVerdict& objective, const Style& style) {
  const Ink ink = objective.verdict == "met" ? Ink::green : objective.verdict == "missed" ? Ink::red : Ink::yellow;
  const char* label = objective.verdict == "inconclusive" ? "unclear" : objective.verdict.c_str();
  std::string text = fmt::format("{}: not kept for {}", objective.objective, share_text(objective.missed.value));
  if (objective.missed.low) text += fmt::format(" ({})", interval_text(objective.missed, EstimateKind::share));
  text += fmt::format(" of the requests, {} may be", share_text(objective.allowed));
  if (!objective.why.empty()) text += ". " + objective.why;
  return paragraph(label, text, style, ink);
}

}  // namespace mlplan::cli
