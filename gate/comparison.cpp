#include "gate/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "gate/bounds.h"
#include "gate/comparability.h"
#include "gate/headline.h"
#include "gate/machine_speed.h"
#include "gate/regression.h"

namespace mlplan::gate {
namespace {

using Measures = std::map<std::string, Measure>;

const Measure* made_in(const Measures& measures, const std::string& identity) {
  const auto found = measures.find(identity);
  return found != measures.end() && found->second.made() ? &found->second : nullptr;
}

ComparedFigure figure_in(const Measure& measure) {
  ComparedFigure out;
  out.value = finite(figure_of(measure));
  const Bounds bounds = bounds_of(measure, kConfidence);
  out.low = bounds.low;
  out.high = bounds.high;
  out.n = count_of(measure);
  return out;
}

void describe(ComparedMeasure& out, const Measure& measure) {
  out.path = measure.path;
  out.label = measure.label;
  out.unit = unit_name(measure.unit);
  out.lower_is_better = measure.lower_is_better;
}

// A ratio of costs, as regressions have it, as one of values.
void take_ratios(ComparedFigure& out, const RelativeFigures& relative, bool lower_is_better) {
  out.ratio = relative.ratio;
  out.ratio_low = relative.ratio_low;
  out.ratio_high = relative.ratio_high;
  if (lower_is_better) return;
  for (std::optional<double>* ratio : {&out.ratio, &out.ratio_low, &out.ratio_high}) {
    if (*ratio) *ratio = finite(1 / **ratio);
  }
  std::swap(out.ratio_low, out.ratio_high);
}

// `slowdown`: of the machine, where the two were not made in turns.
void judge_change(ComparedFigure& out, const Measure* now, const Measure* first, double least_effect, Pairing pairing,
                  std::optional<double> slowdown) {
  if (now == nullptr || first == nullptr) {
    out.verdict = now == nullptr ? "unsure" : "new";
    out.reason = now == nullptr ? "not measured" : "not measured in the first report";
    return;
  }
  const auto judge = [&](const Measure& a, const Measure& b, std::optional<double> slower) {
    return slower ? judge_apart(a, b, least_effect, kConfidence, slower)
                  : judge_regression(a, b, least_effect, kConfidence, pairing);
  };
  const RegressionJudgement worse = judge(*now, *first, slowdown);
  const RegressionJudgement better = judge(*first, *now, slowdown ? std::optional(1 / *slowdown) : std::nullopt);
  take_ratios(out, worse.figures, now->lower_is_better);
  out.p_value = worse.figures.p_value;
  out.reason = worse.judgement.reason;
  if (worse.judgement.outcome == Outcome::fail) {
    out.verdict = "worse";
  } else if (better.judgement.outcome == Outcome::fail) {
    out.verdict = "better";
    out.p_value = better.figures.p_value;
  } else {
    const bool same = worse.judgement.outcome == Outcome::pass && better.judgement.outcome == Outcome::pass;
    out.verdict = same ? "same" : "unsure";
  }
}

// What changed among what matters most, then what changed besides, then what cannot be told, then the rest; the larger
// change first.
std::pair<int, double> place_of(const ComparedMeasure& measure) {
  int place = 6;
  double size = 0;
  for (const ComparedFigure& figure : measure.figures) {
    const bool changed = figure.verdict == "worse" || figure.verdict == "better";
    const int here = changed ? (figure.verdict == "worse" ? 0 : 1) : figure.verdict == "unsure" ? 4 : 5;
    place = std::min(place, changed && !measure.headline ? here + 2 : here);
    if (changed && figure.ratio && *figure.ratio > 0) size = std::max(size, std::abs(std::log(*figure.ratio)));
  }
  return {place, -size};
}

}  // namespace

Comparison compare(const std::vector<NamedReport>& reports, std::optional<double> least_effect) {
  Comparison out;
  out.confidence = kConfidence;
  std::vector<Measures> by_identity(reports.size());
  std::vector<std::string> order;
  std::set<std::string> headline;
  std::vector<std::optional<double>> slowdowns;
  const Report& first = *reports.front().report;
  for (std::size_t i = 0; i < reports.size(); ++i) {
    const Report& report = *reports[i].report;
    const bool in_turns = i > 0 && same_session(report, first);
    slowdowns.push_back(in_turns || i == 0 ? std::nullopt : machine_slowdown(report, first));
    const double usual = in_turns ? kLeastEffectInTurns : kLeastEffectApart;
    out.reports.push_back({described(reports[i]), in_turns, least_effect.value_or(usual), differences(report, first)});
    for (const Measure& measure : headline_measures(report)) headline.insert(identity(measure));
    for (Measure& measure : all_measures(report)) {
      const std::string id = identity(measure);
      const bool known = std::ranges::any_of(by_identity, [&](const Measures& each) { return each.contains(id); });
      if (!known) order.push_back(id);
      by_identity[i].try_emplace(id, std::move(measure));
    }
  }
  for (const std::string& id : order) {
    ComparedMeasure compared;
    const Measure* before = made_in(by_identity.front(), id);
    for (std::size_t i = 0; i < reports.size(); ++i) {
      const Measure* now = made_in(by_identity[i], id);
      if (now != nullptr && compared.path.empty()) describe(compared, *now);
      ComparedFigure& figure = compared.figures.emplace_back(now != nullptr ? figure_in(*now) : ComparedFigure{});
      if (i == 0) continue;
      const Pairing pairing = now != nullptr ? pairing_of(*now, *reports[i].report, first) : Pairing::none;
      judge_change(figure, now, before, out.reports[i].least_effect, pairing, slowdowns[i]);
    }
    compared.headline = headline.contains(id);
    if (!compared.path.empty()) out.measures.push_back(std::move(compared));
  }
  std::ranges::stable_sort(out.measures, {}, place_of);
  return out;
}

Change headline_change(const Comparison& comparison) {
  bool unsure = false;
  for (const ComparedMeasure& measure : comparison.measures) {
    if (!measure.headline) continue;
    for (std::size_t i = 1; i < measure.figures.size(); ++i) {
      const std::string& verdict = measure.figures[i].verdict;
      if (verdict == "worse" && comparison.reports[i].in_turns) return Change::worse;
      if (verdict == "worse" || verdict == "unsure") unsure = true;
    }
  }
  return unsure ? Change::unsure : Change::none;
}

}  // namespace mlplan::gate
