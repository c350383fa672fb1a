#include "cli/views/gate_view.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "cli/views/numbers.h"
#include "cli/views/table.h"
#include "profiles/measure.h"
#include "profiles/support/units.h"

namespace mlplan::cli {
namespace {

Ink ink_of(const std::string& outcome) {
  return outcome == "pass" ? Ink::green : outcome == "fail" ? Ink::red : Ink::yellow;
}

const char* word_of(const std::string& outcome) { return outcome == "inconclusive" ? "unclear" : outcome.c_str(); }

bool is_regression(const ClauseVerdict& clause) { return clause.kind == "regression"; }

std::string change_text(double ratio) {
  if (std::abs(ratio - 1) < 0.0005) return "0 %";
  return fmt::format("{:+.3g} %", (ratio - 1) * 100);
}

std::string figure_text(double value, const ClauseVerdict& clause) {
  return format_measure(value, unit_of_name(clause.unit));
}

// "≤ 5.00 s", "≤ +10 %": where a column must be narrow.
std::string limit_symbols(const ClauseVerdict& clause) {
  if (is_regression(clause)) return fmt::format("≤ {:+.3g} %", clause.limit * 100);
  if (clause.unit == "flag") return "yes";
  return (clause.kind == "max" ? "≤ " : "≥ ") + figure_text(clause.limit, clause);
}

std::int64_t count(const Verdict& verdict, const char* outcome) {
  return std::ranges::count(verdict.clauses, outcome, &ClauseVerdict::outcome);
}

std::string table_of(const Verdict& verdict, const Style& style) {
  const bool relative = std::ranges::any_of(verdict.clauses, is_regression);
  Table table({{"", false},
               {"FIGURE", false},
               {"measured", true},
               {"95 % bounds", true, 2},
               {"n", true, 3},
               {"budget", false},
               {relative ? "baseline" : "", true, 1}});
  for (const ClauseVerdict& clause : verdict.clauses) {
    const bool has_baseline = clause.relative && clause.relative->baseline;
    table.add({{word_of(clause.outcome), ink_of(clause.outcome)},
               {clause.label},
               {measured_text(clause)},
               {bounds_text(clause)},
               {clause.n > 0 ? format_integer(clause.n) : kAbsent},
               {limit_symbols(clause)},
               {has_baseline ? figure_text(*clause.relative->baseline, clause) : ""}});
  }
  return table.print(style, kIndent);
}

std::string reasons(const Verdict& verdict, const Style& style) {
  std::string text;
  for (const char* outcome : {"fail", "inconclusive", "pass"}) {
    if (outcome == std::string("pass") && !style.verbose) continue;
    for (const ClauseVerdict& clause : verdict.clauses) {
      if (clause.outcome != outcome) continue;
      const std::string sentence =
          fmt::format("{} {}: {}. [{}]", clause.label, limit_text(clause), clause.reason, clause.where);
      text += paragraph(word_of(clause.outcome), sentence, style, ink_of(clause.outcome));
    }
  }
  return text;
}

std::string report_text(const JudgedReport& report, bool verbose) {
  std::vector<std::string> facts;
  if (!report.started_at.empty()) facts.push_back(report.started_at);
  if (!report.grade.empty()) facts.push_back("grade " + report.grade);
  if (verbose) facts.push_back("machine " + report.fingerprint);
  if (verbose) facts.push_back("sha256 " + report.sha256);
  return facts.empty() ? report.path : fmt::format("{} ({})", report.path, fmt::join(facts, ", "));
}

}  // namespace

std::string limit_text(const ClauseVerdict& clause) {
  if (is_regression(clause)) {
    return clause.limit > 0 ? fmt::format("at most {:.3g} % worse", clause.limit * 100) : "no worse";
  }
  if (clause.unit == "flag") return "yes";
  return (clause.kind == "max" ? "at most " : "at least ") + figure_text(clause.limit, clause);
}

std::string measured_text(const ClauseVerdict& clause) {
  if (!is_regression(clause)) return clause.value ? figure_text(*clause.value, clause) : kAbsent;
  return clause.relative && clause.relative->ratio ? change_text(*clause.relative->ratio) : kAbsent;
}

std::string bounds_text(const ClauseVerdict& clause) {
  const bool relative = is_regression(clause);
  if (relative && !clause.relative) return kAbsent;
  const std::optional<double>& low = relative ? clause.relative->ratio_low : clause.low;
  const std::optional<double>& high = relative ? clause.relative->ratio_high : clause.high;
  if ((!relative && clause.n == 0) || (!low && !high)) return kAbsent;
  const auto text = [&](const std::optional<double>& bound) {
    if (!bound) return std::string("?");
    return relative ? change_text(*bound) : figure_text(*bound, clause);
  };
  return range_text(text(low), text(high));
}

std::string summary_text(const Verdict& verdict) {
  const std::int64_t failed = count(verdict, "fail");
  const std::int64_t unclear = count(verdict, "inconclusive");
  const auto all = std::ssize(verdict.clauses);
  if (failed + unclear == 0)
    return all == 1 ? "pass: the one clause holds" : fmt::format("pass: all {} clauses hold", all);
  std::vector<std::string> parts;
  if (failed > 0) parts.push_back(fmt::format("{} failed", failed));
  if (unclear > 0) parts.push_back(fmt::format("{} inconclusive", unclear));
  return fmt::format("{}: of {} {}", verdict.outcome, format_count(all, "clause"), fmt::join(parts, ", "));
}

std::string verdict_line(const Verdict& verdict, const Style& style) {
  return paint(shown(summary_text(verdict), style), ink_of(verdict.outcome), style) + "\n";
}

std::string gate_view(const Verdict& verdict, const Style& style) {
  std::string text = verdict_line(verdict, style) + "\n" + table_of(verdict, style);
  if (const std::string why = reasons(verdict, style); !why.empty()) text += "\n" + why;
  text += "\n" + paragraph("report", report_text(verdict.report, style.verbose), style);
  if (verdict.baseline) text += paragraph("baseline", report_text(*verdict.baseline, style.verbose), style);
  if (verdict.confirmation) text += paragraph("confirmed", report_text(*verdict.confirmation, style.verbose), style);
  for (const Difference& difference : verdict.differences) {
    text += paragraph(
        "differs", fmt::format("{}: {}, in the baseline {}", difference.what, difference.report, difference.baseline),
        style, Ink::yellow);
  }
  return text;
}

}  // namespace mlplan::cli
