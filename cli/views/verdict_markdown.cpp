#include "cli/views/verdict_markdown.h"

#include <fmt/format.h>

#include "cli/views/gate_view.h"
#include "cli/views/text.h"

namespace mlplan::cli {
namespace {

const char* symbol_of(const std::string& outcome) { return outcome == "pass" ? "✅" : outcome == "fail" ? "❌" : "❔"; }

// Text that stays what it is, in a cell or a paragraph.
std::string escaped(const std::string& text) {
  constexpr std::string_view kMeaning = "\\`*_{}[]<>|#~";
  std::string out;
  for (const char c : shown(text, Style{})) {
    if (c == '&') {
      out += "&amp;";
      continue;
    }
    if (kMeaning.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string report_line(const char* what, const JudgedReport& report) {
  return fmt::format("- {}: {} ({}), {}, machine {}, grade {}\n", what, escaped(report.path), escaped(report.model),
                     escaped(report.started_at), escaped(report.fingerprint), escaped(report.grade));
}

}  // namespace

std::string verdict_markdown(const Verdict& verdict) {
  std::string text =
      fmt::format("### {} mlplan gate: {}\n\n", symbol_of(verdict.outcome), escaped(summary_text(verdict)));
  text += "| | figure | measured | 95 % bounds | budget |\n|---|---|---:|---:|---|\n";
  for (const ClauseVerdict& clause : verdict.clauses) {
    text += fmt::format("| {} | {} | {} | {} | {} |\n", symbol_of(clause.outcome), escaped(clause.label),
                        escaped(measured_text(clause)), escaped(bounds_text(clause)), escaped(limit_text(clause)));
  }
  text += '\n';
  for (const char* outcome : {"fail", "inconclusive"}) {
    for (const ClauseVerdict& clause : verdict.clauses) {
      if (clause.outcome != outcome) continue;
      text += fmt::format("- {} **{}**, {}: {} ({})\n", symbol_of(clause.outcome), escaped(clause.label),
                          escaped(limit_text(clause)), escaped(clause.reason), escaped(clause.where));
    }
  }
  text += report_line("report", verdict.report);
  if (verdict.baseline) text += report_line("baseline", *verdict.baseline);
  if (verdict.confirmation) text += report_line("confirmed by", *verdict.confirmation);
  for (const Difference& difference : verdict.differences) {
    text += fmt::format("- differs: {}: {}, in the baseline {}\n", escaped(difference.what), escaped(difference.report),
                        escaped(difference.baseline));
  }
  return text;
}

}  // namespace mlplan::cli
