#include "gate/regression.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gate/bounds.h"
#include "gate/rank_test.h"
#include "profiles/support/units.h"

namespace mlplan::gate {
namespace {

constexpr double kMostNeeded = 1e6;

// "12.3 % worse", "2.9 % better", "as before".
std::string change_text(double ratio) {
  if (!std::isfinite(ratio)) return "worse beyond measure";
  if (std::abs(ratio - 1) < 0.0005) return "as before";
  return ratio > 1 ? fmt::format("{} worse", format_percentage(ratio - 1))
                   : fmt::format("{} better", format_percentage(1 - ratio));
}

std::string between_text(double low, double high) {
  return fmt::format("between {} and {}", change_text(low), change_text(high));
}

Judgement inconclusive(std::string reason, std::optional<std::int64_t> needed = {}) {
  return {.reason = std::move(reason), .samples_needed = needed};
}

// As costs, less is better: what is a rate becomes its inverse.
double cost(const Measure& measure, double value) { return measure.lower_is_better ? value : 1 / value; }

std::vector<double> costs(const Measure& measure) {
  std::vector<double> samples = independent_samples(measure);
  for (double& sample : samples) sample = cost(measure, sample);
  return samples;
}

double ratio(const Measure& now, const Measure& baseline, double (*figure)(const Measure&)) {
  return cost(now, figure(now)) / cost(baseline, figure(baseline));
}

// The interval's half-width shrinks with the root of n, on both sides.
std::optional<std::int64_t> samples_for(double estimate, double bound, double limit, std::int64_t n) {
  const double distance = std::abs(limit - estimate);
  const double needed = static_cast<double>(n) * std::pow((bound - estimate) / distance, 2);
  if (!(needed < kMostNeeded)) return std::nullopt;
  return std::max(n + 1, static_cast<std::int64_t>(std::ceil(needed)));
}

// What every run of the same model finds again. Other counts (of starts that never became steady) are chance's as well.
bool is_found_again(const Measure& measure) {
  const std::string list = measure.at.empty() ? "" : measure.at.front().name;
  return list.empty() || list == "model" || list == "quality" || std::isinf(*measure.exact);
}

Judgement judge_exact(double now, double baseline, const Measure& measure, double allowed, RelativeFigures& figures) {
  const std::string text =
      fmt::format("it is {} and was {}", format_measure(now, measure.unit), format_measure(baseline, measure.unit));
  const double change = cost(measure, now) / cost(measure, baseline);
  figures.ratio = figures.ratio_low = figures.ratio_high = finite(change);
  // From 0 no percentage leads anywhere: any change for the worse is one too many.
  const bool worse = measure.lower_is_better ? now > baseline : now < baseline;
  const bool fails = worse && !(change <= 1 + allowed);
  return {fails ? Outcome::fail : Outcome::pass, text};
}

// In the order in which they were taken; empty where they cannot be put in pairs.
struct Pairs {
  std::vector<double> now = {};
  std::vector<double> baseline = {};
};

Pairs pairs_of(const Measure& now, const Measure& baseline) {
  Pairs out;
  if (now.censored > 0 || baseline.censored > 0) return out;
  const std::vector<double>& x = now.stat->samples;
  const std::vector<double>& y = baseline.stat->samples;
  const auto good = [](double sample) { return std::isfinite(sample) && sample > 0; };
  if (!std::ranges::all_of(x, good) || !std::ranges::all_of(y, good)) return out;
  // The last round may have ended between the two.
  for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i) {
    out.now.push_back(cost(now, x[i]));
    out.baseline.push_back(cost(baseline, y[i]));
  }
  return out;
}

Judgement judge_ranks(const Measure& now, const Measure& baseline, double allowed, double confidence, Pairing pairing,
                      RelativeFigures& figures) {
  std::vector<double> x = costs(now);
  std::vector<double> y = costs(baseline);
  Pairs taken = pairing == Pairing::by_order ? pairs_of(now, baseline) : Pairs{};
  const bool in_pairs = !taken.now.empty();
  if (in_pairs) {
    x = std::move(taken.now);
    y = std::move(taken.baseline);
  }
  const auto fewest = static_cast<std::int64_t>(std::min(x.size(), y.size()));
  if (fewest < kLeastSamplesASide) {
    return inconclusive(fmt::format("{} against {} samples: telling them apart takes {} on either side", x.size(),
                                    y.size(), kLeastSamplesASide),
                        kLeastSamplesASide);
  }
  const double limit = 1 + allowed;
  const Ratio found = in_pairs ? paired_ratio_of(x, y, confidence) : ratio_of(x, y, confidence);
  figures.ratio_low = found.low;
  figures.ratio_high = found.high;
  figures.p_value = in_pairs ? paired_rank_test_p(x, y) : rank_test_p(x, y);
  const double medians = *figures.ratio;
  const double quartiles = ratio(now, baseline, good_quartile);
  // A low bound beyond half of what is allowed is a rank test against that half, and so one against no change.
  const bool worse = found.low && *found.low > 1 + allowed / 2 && medians > limit && quartiles > limit;
  const std::string evidence = in_pairs ? format_count(fewest, "pair") + " taken in turns"
                                        : fmt::format("{} against {} samples", x.size(), y.size());
  if (worse) {
    return {Outcome::fail, fmt::format("{} in the median, {} in the quartile (rank test p = {:.2g}, {})",
                                       change_text(medians), change_text(quartiles), *figures.p_value, evidence)};
  }
  if (found.high && *found.high <= limit && medians <= limit)
    return {Outcome::pass, fmt::format("at most {} (95 % sure, {})", change_text(*found.high), evidence)};
  return inconclusive(
      fmt::format("{} ({})", between_text(found.low.value_or(0), found.high.value_or(INFINITY)), evidence),
      samples_for(found.estimate, found.high.value_or(INFINITY), limit, fewest));
}

Judgement judge_bounds(const Measure& now, const Measure& baseline, double allowed, double confidence,
                       RelativeFigures& figures) {
  // So that both hold at `confidence`.
  const double each = 1 - (1 - confidence) / 2;
  const auto as_costs = [each](const Measure& measure) {
    Bounds bounds = bounds_of(measure, each);
    if (measure.lower_is_better) return bounds;
    if (bounds.low) bounds.low = cost(measure, *bounds.low);
    if (bounds.high) bounds.high = cost(measure, *bounds.high);
    std::swap(bounds.low, bounds.high);
    return bounds;
  };
  const Bounds x = as_costs(now);
  const Bounds y = as_costs(baseline);
  if (x.low && y.high) figures.ratio_low = *x.low / *y.high;
  if (x.high && y.low) figures.ratio_high = *x.high / *y.low;
  const double limit = 1 + allowed;
  const double quartiles = ratio(now, baseline, now.quantile ? figure_of : good_quartile);
  // A quartile that is not known (a rate of which the report keeps no samples) does not speak against it.
  const bool quartile_agrees = !std::isfinite(quartiles) || quartiles > limit;
  const bool figure_agrees = !figures.ratio || *figures.ratio > limit;
  if (figures.ratio_low && *figures.ratio_low > 1 + allowed / 2 && figure_agrees && quartile_agrees) {
    const std::string figure = figures.ratio ? change_text(*figures.ratio) + ", " : "";
    return {Outcome::fail, fmt::format("{}at least {} by the bounds of each", figure, change_text(*figures.ratio_low))};
  }
  if (figures.ratio_high && *figures.ratio_high <= limit) {
    return {Outcome::pass, fmt::format("at most {} (95 % sure, by bounds of each)", change_text(*figures.ratio_high))};
  }
  if (!figures.ratio_low && !figures.ratio_high)
    return inconclusive("the samples of one side or both carry no bounds: more processes or a longer time box would");
  const std::string range = figures.ratio_low && figures.ratio_high
                                ? between_text(*figures.ratio_low, *figures.ratio_high)
                            : figures.ratio_low ? "at least " + change_text(*figures.ratio_low)
                                                : "at most " + change_text(*figures.ratio_high);
  return inconclusive(range + " (by bounds of each)");
}

}  // namespace

RegressionJudgement judge_regression(const Measure& now, const Measure& baseline, double allowed, double confidence,
                                     Pairing pairing) {
  RegressionJudgement out;
  out.figures.baseline = finite(figure_of(baseline));
  out.figures.baseline_n = count_of(baseline);
  if (!now.made()) {
    out.judgement = inconclusive(now.why_not);
  } else if (!baseline.made()) {
    out.judgement = inconclusive("in the baseline: " + baseline.why_not);
  } else if (now.sampling == Sampling::point) {
    out.judgement = inconclusive("the reports say no error of this figure");
  } else if (now.exact && baseline.exact && !is_found_again(now)) {
    out.figures.ratio = finite(cost(now, *now.exact) / cost(baseline, *baseline.exact));
    out.judgement = inconclusive("it was counted once in each run, and nothing tells what chance adds");
  } else if (now.exact && baseline.exact) {
    out.judgement = judge_exact(*now.exact, *baseline.exact, now, allowed, out.figures);
  } else {
    const double figure = figure_of(now);
    const bool positive = figure > 0 && figure_of(baseline) > 0;
    // Where a search saw no rate hold, those that failed bound it all the same.
    if (!positive && !(now.searched && baseline.searched)) {
      out.judgement = inconclusive(std::isfinite(figure) && out.figures.baseline
                                       ? "a percentage of a figure that is not above 0 says nothing"
                                       : "too few samples for the figure itself");
      return out;
    }
    if (positive) out.figures.ratio = ratio(now, baseline, figure_of);
    const bool ranks = !now.quantile && !independent_samples(now).empty() && !independent_samples(baseline).empty();
    out.judgement = ranks ? judge_ranks(now, baseline, allowed, confidence, pairing, out.figures)
                          : judge_bounds(now, baseline, allowed, confidence, out.figures);
  }
  return out;
}

}  // namespace mlplan::gate
