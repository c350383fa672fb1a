#include "cli/views/plan_alternatives.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "cli/views/deployment_view.h"
#include "cli/views/labels.h"
#include "cli/views/numbers.h"
#include "cli/views/table.h"
#include "profiles/support/units.h"

namespace mlplan::cli {
namespace {

constexpr std::size_t kFewRunnersUp = 3;  // of the short view

std::string more_text(double usd_per_hour, const std::optional<Deployment>& recommended) {
  const double base = recommended ? recommended->predicted.usd_per_hour.value : 0;
  if (!(base > 0) || !std::isfinite(usd_per_hour)) return kAbsent;
  const double more = usd_per_hour / base - 1;
  return fmt::format("{}{}", more < 0 ? "-" : "+", format_share(std::fabs(more)));
}

// One deployment of either list; what its list does not say is absent.
struct TradeOff {
  std::string name;
  double usd_per_hour = 0;
  std::optional<double> response_ns = {};
  std::optional<double> exposure = {};
  bool recommended = false;
};

// The same deployment may be in both lists. In the short view only the recommendation and those beside it: what a
// little less or more money does.
void add_points(std::vector<TradeOff>& rows, const std::vector<ParetoPoint>& points,
                std::optional<double> TradeOff::* member, bool all) {
  const auto found = std::find_if(points.begin(), points.end(), [](const ParetoPoint& p) { return p.recommended; });
  if (found == points.end()) all = true;
  for (auto point = points.begin(); point != points.end(); ++point) {
    if (!all && std::abs(point - found) > 1) continue;
    auto row = std::find_if(rows.begin(), rows.end(), [&](const TradeOff& r) {
      return (r.recommended && point->recommended) || (r.name == point->name && r.usd_per_hour == point->usd_per_hour);
    });
    if (row == rows.end()) row = rows.insert(row, {point->name, point->usd_per_hour, {}, {}, point->recommended});
    (*row).*member = point->value;
  }
}

std::string figures_text(const WhatIf& what_if, double quantile) {
  std::vector<std::string> parts;
  if (what_if.response_ns) parts.push_back(percentile_name(quantile) + " " + format_duration(*what_if.response_ns));
  if (what_if.attainment) parts.push_back(format_rare_share(what_if.attainment->value) + " in time");
  if (what_if.exposure) parts.push_back(format_rare_share(what_if.exposure->value) + " meet a cold start");
  if (what_if.at) parts.push_back("up to a start-up of " + format_duration(*what_if.at * 1e9));
  if (what_if.instances) {
    std::string would = counted(*what_if.instances, "instance") + " would keep it";
    if (what_if.usd_per_hour) would += fmt::format(" ({} USD/h)", format_usd(*what_if.usd_per_hour));
    parts.push_back(would);
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace

std::string runners_up_view(const Plan& plan, const Style& style) {
  if (plan.runners_up.empty()) return {};
  const double quantile = compared_quantile(plan.slo);
  Table table({{"RUNNERS-UP", false},
               {"workers", true, 2},
               {"batch", true, 3},
               {"USD/h"},
               {"more"},
               {percentile_name(quantile)},
               {"cold starts", true, 1},
               {"limited by", false, 4}});
  const std::size_t rows = style.verbose ? plan.runners_up.size() : std::min(plan.runners_up.size(), kFewRunnersUp);
  for (std::size_t i = 0; i < rows; ++i) {
    const Deployment& other = plan.runners_up[i];
    table.add({{bought_name(other)},
               {fmt::format("{} x {}", other.workers, counted(other.threads, "thread"))},
               {format_integer(other.max_batch)},
               {format_usd(other.predicted.usd_per_hour.value)},
               {more_text(other.predicted.usd_per_hour.value, plan.recommendation)},
               {format(predicted_response_ns(other, quantile), Unit::duration)},
               {format_rare_share(other.predicted.exposure.value)},
               {spaced(other.binding.constraint)}});
  }
  return table.print(style, kIndent);
}

std::string trade_offs_view(const Plan& plan, const Style& style) {
  std::vector<TradeOff> rows;
  add_points(rows, plan.cost_and_latency, &TradeOff::response_ns, style.verbose);
  add_points(rows, plan.cost_and_exposure, &TradeOff::exposure, style.verbose);
  if (rows.size() < 2) return {};  // nothing to choose from
  std::stable_sort(rows.begin(), rows.end(),
                   [](const TradeOff& a, const TradeOff& b) { return a.usd_per_hour < b.usd_per_hour; });
  Table table({{"LESS OR MORE MONEY (upper ends)", false},  // times taken as long as they may be
               {"USD/h"},
               {percentile_name(compared_quantile(plan.slo))},
               {"cold starts", true, 1},
               {"", false}});
  for (const TradeOff& row : rows) {
    const Ink ink = row.recommended ? Ink::bold : Ink::plain;
    table.add({{row.name, ink},
               {format_usd(row.usd_per_hour), ink},
               {row.response_ns ? format(*row.response_ns, Unit::duration) : kAbsent, ink},
               {row.exposure ? format_rare_share(*row.exposure) : kAbsent, ink},
               {row.recommended ? "recommended" : "", Ink::green}});
  }
  return table.print(style, kIndent);
}

std::string what_if_view(const Plan& plan, const Style& style) {
  if (plan.what_if.empty()) return {};
  constexpr int kNameColumns = 18;
  constexpr int kVerdictColumns = 7;
  std::string text = std::string(kIndent, ' ') + paint("WHAT IF", Ink::bold, style) + "\n";
  for (const WhatIf& what_if : plan.what_if) {
    const std::string name = truncated(shown(spaced(what_if.name), style), kNameColumns - 1);
    const std::string padding(static_cast<std::size_t>(kNameColumns - columns_of(name)), ' ');
    const std::string verdict = what_if.holds ? paint("holds", Ink::green, style) : paint("fails", Ink::red, style);
    const std::string figures = figures_text(what_if, compared_quantile(plan.slo));
    const int column = kIndent + kNameColumns + kVerdictColumns;
    text += beside(std::string(kIndent, ' ') + name + padding + verdict + "  ", column,
                   what_if.sentence.empty() ? figures : what_if.sentence, style);
    if (style.verbose && !what_if.sentence.empty() && !figures.empty())
      text += beside(std::string(column, ' '), column, figures, style, Ink::dim);
  }
  return text;
}

}  // namespace mlplan::cli
