#include "cli/views/verdict_github.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <vector>

#include "cli/views/gate_view.h"

namespace mlplan::cli {
namespace {

constexpr std::size_t kMost = 10;

std::string escaped(const std::string& text, bool in_property) {
  std::string out;
  for (const char c : text) {
    const bool separates = in_property && (c == ':' || c == ',');
    if (c == '%' || c == '\r' || c == '\n' || separates)
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    else
      out += c;
  }
  return out;
}

// "mlplan.toml:3:1" of a limit in a file.
std::string place_of(const std::string& where) {
  const std::size_t column = where.rfind(':');
  const std::size_t line = column == std::string::npos || column == 0 ? column : where.rfind(':', column - 1);
  if (line == std::string::npos || line == 0) return {};
  const auto number = [](std::string_view text) -> std::optional<int> {
    int value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
  };
  const auto at_line = number(std::string_view(where).substr(line + 1, column - line - 1));
  const auto at_column = number(std::string_view(where).substr(column + 1));
  if (!at_line || !at_column) return {};
  return fmt::format("file={},line={},col={},", escaped(where.substr(0, line), true), *at_line, *at_column);
}

// How many times beyond its limit; of what is not known, as bad as can be.
double badness(const ClauseVerdict& clause) {
  constexpr double kWorst = std::numeric_limits<double>::infinity();
  if (clause.kind == "regression")
    return clause.relative && clause.relative->ratio ? *clause.relative->ratio / (1 + clause.limit) : 0;
  if (!clause.value) return 0;
  const double of = clause.kind == "max" ? *clause.value : clause.limit;
  const double to = clause.kind == "max" ? clause.limit : *clause.value;
  return to > 0 ? of / to : kWorst;
}

std::string annotation(const char* kind, const std::string& where, const std::string& title, const std::string& text) {
  return fmt::format("::{} {}title={}::{}\n", kind, place_of(where), escaped(title, true), escaped(text, false));
}

std::string annotations(const Verdict& verdict, const char* outcome, const char* kind) {
  std::vector<const ClauseVerdict*> clauses;
  for (const ClauseVerdict& clause : verdict.clauses) {
    if (clause.outcome == outcome) clauses.push_back(&clause);
  }
  std::ranges::stable_sort(clauses, std::greater<>(), [](const ClauseVerdict* clause) { return badness(*clause); });
  std::string text;
  for (std::size_t i = 0; i < std::min(clauses.size(), kMost); ++i) {
    const ClauseVerdict& clause = *clauses[i];
    const bool last_of_more = i + 1 == kMost && clauses.size() > kMost;
    const std::string more = last_of_more ? fmt::format(" (and {} more)", clauses.size() - kMost) : "";
    text += annotation(kind, clause.where, fmt::format("mlplan gate: {} {}", clause.outcome, clause.label),
                       fmt::format("{} {}: {}{}", clause.label, limit_text(clause), clause.reason, more));
  }
  return text;
}

}  // namespace

std::string verdict_github(const Verdict& verdict) {
  const std::string text = annotations(verdict, "fail", "error") + annotations(verdict, "inconclusive", "warning");
  return text.empty() ? annotation("notice", "", "mlplan gate", summary_text(verdict)) : text;
}

}  // namespace mlplan::cli
