#include "cli/views/keep_alive_view.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/views/numbers.h"
#include "cli/views/table.h"
#include "profiles/support/units.h"

namespace mlplan::cli {
namespace {

std::string traffic_text(const KeepAliveComparison& comparison) {
  const KeepAliveTraffic& traffic = comparison.traffic;
  const auto models = static_cast<std::int64_t>(comparison.models.size());
  return fmt::format("{}: {} for {} in {}; the first for each model is cold under any rule ({} of the requests)",
                     traffic.source, counted(traffic.requests, "request"), counted(models, "model"),
                     format_duration(traffic.span_s * 1e9),
                     format_percentage(static_cast<double>(models) / static_cast<double>(traffic.requests)));
}

// "12 from their reports (model_cold), 19 as stated (5.00 s to load, 2.00 GiB)"
std::string models_text(const KeepAliveComparison& comparison) {
  const auto measured =
      std::ranges::count_if(comparison.models, [](const KeepAliveModel& model) { return !model.report.empty(); });
  std::vector<std::string> parts;
  if (measured > 0) parts.push_back(fmt::format("{} from reports ({})", measured, comparison.start_state));
  const auto stated = std::ranges::find(comparison.models, std::string(), &KeepAliveModel::report);
  if (stated != comparison.models.end()) {
    parts.push_back(fmt::format("{} as stated ({} to load, {})",
                                static_cast<std::int64_t>(comparison.models.size()) - measured,
                                format_duration(stated->load_ns), format_bytes(stated->bytes)));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string rules_table(const KeepAliveComparison& comparison, const Style& style) {
  Table table({{"RULE", false},
               {"cold requests", true},
               {"", true},
               {"mean wait", true},
               {"loads", true},
               {"ahead", true, 1},
               {"memory, mean", true},
               {"at most", true}});
  for (const KeepAliveFigures& rule : comparison.rules) {
    const Ink most = rule.fits.value_or(true) ? Ink::plain : Ink::red;
    table.add({{rule.rule, comparison.best == rule.rule ? Ink::bold : Ink::plain},
               {format_integer(rule.cold)},
               {format_percentage(rule.cold_share)},
               {rule.mean_cold_wait_ns ? format_duration(*rule.mean_cold_wait_ns) : kAbsent},
               {format_integer(rule.loads)},
               {format_integer(rule.ahead)},
               {format_bytes(rule.mean_bytes)},
               {format_bytes(rule.most_bytes), most}});
  }
  return table.print(style, kIndent);
}

std::string models_table(const KeepAliveComparison& comparison, const Style& style) {
  Table table({{"MODEL", false}, {"requests", true}, {"to load", true}, {"memory", true}, {"", false}});
  for (const KeepAliveModel& model : comparison.models) {
    table.add({{shown(model.name, style)},
               {format_integer(model.requests)},
               {format_duration(model.load_ns)},
               {format_bytes(model.bytes)},
               {model.report.empty() ? "stated" : shown(model.report, style), Ink::dim}});
  }
  return table.print(style, kIndent);
}

}  // namespace

std::string keep_alive_view(const KeepAliveComparison& comparison, const std::string& written_to, const Style& style) {
  std::string text = paragraph("traffic", traffic_text(comparison), style);
  text += paragraph("models", models_text(comparison), style);
  if (comparison.host_bytes)
    text += paragraph("host", format_bytes(*comparison.host_bytes) + " of memory for models", style);
  text += "\n" + rules_table(comparison, style) + "\n";
  const bool fits =
      std::ranges::any_of(comparison.rules, [](const KeepAliveFigures& rule) { return rule.fits.value_or(true); });
  text += paragraph("so", comparison.conclusion, style, fits ? Ink::green : Ink::red) + "\n";
  if (style.verbose) text += models_table(comparison, style) + "\n";
  for (const std::string& note : comparison.traffic.notes) text += paragraph("traffic", note, style);
  for (const std::string& sentence : comparison.assumptions) text += paragraph("assumed", sentence, style);
  if (!written_to.empty()) text += paragraph("comparison", written_to, style, Ink::dim, Ink::bold);
  return text;
}

}  // namespace mlplan::cli
