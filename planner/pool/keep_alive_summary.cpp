#include "planner/pool/keep_alive_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "profiles/support/units.h"

namespace mlplan::planner {

namespace {

double waited_ns(const KeepAliveFigures& rule) {
  return static_cast<double>(rule.cold) * rule.mean_cold_wait_ns.value_or(0);
}

// In no figure worse, but for what rounding does.
bool as_good(const KeepAliveFigures& a, const KeepAliveFigures& b) {
  const auto at_most = [](double x, double y) { return x <= y * (1 + 1e-9); };
  return a.cold <= b.cold && at_most(waited_ns(a), waited_ns(b)) && at_most(a.mean_bytes, b.mean_bytes) &&
         at_most(a.most_bytes, b.most_bytes);
}

std::vector<KeepAliveFigures> fitting(const std::vector<KeepAliveFigures>& rules) {
  std::vector<KeepAliveFigures> out;
  for (const KeepAliveFigures& rule : rules) {
    if (rule.fits.value_or(true)) out.push_back(rule);
  }
  return out;
}

const KeepAliveFigures* best_among(const std::vector<KeepAliveFigures>& rules) {
  const auto best = std::ranges::find_if(rules, [&](const KeepAliveFigures& rule) {
    return std::ranges::all_of(rules, [&](const KeepAliveFigures& other) { return as_good(rule, other); });
  });
  return best == rules.end() || rules.size() < 2 ? nullptr : &*best;
}

std::string text_of(const KeepAliveFigures& rule) {
  return fmt::format("{} cold with {} in the mean", format_percentage(rule.cold_share), format_bytes(rule.mean_bytes));
}

// Rules that another one, which stays, is as good as in everything.
std::string beaten_text(const std::vector<KeepAliveFigures>& rules) {
  std::string text;
  for (const KeepAliveFigures& rule : rules) {
    const auto better = std::ranges::find_if(
        rules, [&](const KeepAliveFigures& other) { return as_good(other, rule) && !as_good(rule, other); });
    if (better != rules.end()) text += fmt::format(" {} is better than {} in nothing.", rule.rule, better->rule);
  }
  return text;
}

}  // namespace

KeepAliveFigures figures_of(const std::string& rule, const KeepAliveResult& result, double span_s,
                            std::optional<double> host_bytes) {
  KeepAliveFigures figures{.rule = rule,
                           .cold = result.cold,
                           .loads = result.loads,
                           .ahead = result.ahead,
                           .evicted = result.evictions,
                           .cold_share = result.cold_share(),
                           .mean_bytes = result.byte_s / span_s,
                           .most_bytes = result.most_bytes};
  if (result.cold > 0) figures.mean_cold_wait_ns = 1e9 * result.waited_s / static_cast<double>(result.cold);
  if (host_bytes) figures.fits = result.most_bytes <= *host_bytes;
  return figures;
}

std::optional<std::string> best_of(const std::vector<KeepAliveFigures>& rules) {
  const std::vector<KeepAliveFigures> fit = fitting(rules);
  const KeepAliveFigures* best = best_among(fit);
  return best != nullptr ? std::optional(best->rule) : std::nullopt;
}

std::string conclusion_of(const std::vector<KeepAliveFigures>& rules) {
  const std::vector<KeepAliveFigures> fit = fitting(rules);
  std::string text;
  for (const KeepAliveFigures& rule : rules) {
    if (!rule.fits.value_or(true))
      text += fmt::format(" {} does not fit: it holds up to {}.", rule.rule, format_bytes(rule.most_bytes));
  }
  if (fit.empty()) return "No rule fits on the host." + text;
  if (fit.size() == 1) {
    const KeepAliveFigures& only = fit.front();
    const char* alone = rules.size() > 1 ? "Only one fits, " : "";
    return fmt::format("{}{}: {}.", alone, only.rule, text_of(only)) + text;
  }
  if (const KeepAliveFigures* best = best_among(fit); best != nullptr) {
    return fmt::format("Take {}: {}; no other has fewer cold requests, less waiting or less memory.", best->rule,
                       text_of(*best)) +
           text;
  }
  const auto warmest = std::ranges::min_element(
      fit, {}, [](const KeepAliveFigures& rule) { return std::pair(rule.cold, rule.mean_bytes); });
  const auto smallest = std::ranges::min_element(fit, {}, &KeepAliveFigures::mean_bytes);
  std::string choice = "No rule is best in everything:";
  for (auto rule = fit.begin(); rule != fit.end(); ++rule) {
    choice += fmt::format("{} {}: {}", rule == fit.begin() ? "" : ";", rule->rule, text_of(*rule));
    if (rule == warmest) choice += " (the fewest cold requests)";
    if (rule == smallest) choice += " (the least memory)";
  }
  return choice + "." + beaten_text(fit) + text;
}

}  // namespace mlplan::planner
