#include "cli/views/compare_view.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "cli/views/numbers.h"
#include "cli/views/table.h"
#include "profiles/measure.h"
#include "profiles/support/units.h"

namespace mlplan::cli {
namespace {

std::string value_text(const ComparedFigure& figure, const ComparedMeasure& measure) {
  return figure.value ? format_measure(*figure.value, unit_of_name(measure.unit)) : kAbsent;
}

std::string change_text(double ratio) {
  if (std::abs(ratio - 1) < 0.0005) return "0 %";
  return ratio >= 2 || ratio <= 0.5 ? fmt::format("{:.3g}x", ratio) : fmt::format("{:+.2g} %", (ratio - 1) * 100);
}

std::string change_of(const ComparedFigure& figure) { return figure.ratio ? change_text(*figure.ratio) : kAbsent; }

std::string bounds_of(const ComparedFigure& figure) {
  if (!figure.ratio_low && !figure.ratio_high) return kAbsent;
  if (figure.ratio_low == figure.ratio_high) return kAbsent;  // exact
  const auto text = [](const std::optional<double>& bound) { return bound ? change_text(*bound) : std::string("?"); };
  return range_text(text(figure.ratio_low), text(figure.ratio_high));
}

// A change has the words of its unit.
std::string word_of(const std::string& verdict, const std::string& unit) {
  const bool worse = verdict == "worse";
  if (!worse && verdict != "better") return verdict;
  if (unit == "ns" || unit == "per_s" || unit == "bytes_per_s") return worse ? "slower" : "faster";
  if (unit == "bytes") return worse ? "larger" : "smaller";
  return verdict;
}

Ink ink_of(const std::string& verdict) {
  if (verdict == "worse") return Ink::red;
  if (verdict == "better") return Ink::green;
  return verdict == "unsure" ? Ink::yellow : Ink::dim;
}

bool changed(const ComparedMeasure& measure) {
  return std::ranges::any_of(measure.figures,
                             [](const ComparedFigure& f) { return f.verdict == "worse" || f.verdict == "better"; });
}

std::vector<const ComparedMeasure*> shown_measures(const Comparison& comparison, bool all) {
  std::vector<const ComparedMeasure*> out;
  for (const ComparedMeasure& measure : comparison.measures) {
    if (all || measure.headline || changed(measure)) out.push_back(&measure);
  }
  return out;
}

// "steady_batch..." is not a title: the file's own name is, or its place where two have the same.
std::vector<std::string> titles(const Comparison& comparison) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < comparison.reports.size(); ++i) {
    const std::filesystem::path name = std::filesystem::path(comparison.reports[i].report.path).filename();
    const auto same = std::ranges::count_if(comparison.reports, [&](const ComparedReport& other) {
      return std::filesystem::path(other.report.path).filename() == name;
    });
    out.push_back(same > 1 ? fmt::format("{} ({})", name.string(), i + 1) : name.string());
  }
  return out;
}

std::int64_t count(const Comparison& comparison, std::size_t report, const std::string& verdict, bool headline) {
  return std::ranges::count_if(comparison.measures, [&](const ComparedMeasure& measure) {
    return measure.headline == headline && measure.figures[report].verdict == verdict;
  });
}

std::string summary_of(const Comparison& comparison, std::size_t report) {
  std::vector<std::string> parts;
  for (const char* verdict : {"worse", "better", "unsure", "same", "new"}) {
    if (const std::int64_t n = count(comparison, report, verdict, true); n > 0)
      parts.push_back(fmt::format("{} {}", n, verdict));
  }
  return fmt::format("headline figures: {}", fmt::join(parts, ", "));
}

std::string table_of(const Comparison& comparison, const std::vector<const ComparedMeasure*>& rows,
                     const Style& style) {
  const std::vector<std::string> names = titles(comparison);
  std::vector<Column> columns = {{"MEASURE", false}, {names.front(), true}};
  for (std::size_t i = 1; i < names.size(); ++i) {
    columns.push_back({names[i], true});
    columns.push_back({"change", true});
    columns.push_back({"95 % bounds", true, 2});
    columns.push_back({"", false});
  }
  Table table(std::move(columns));
  for (const ComparedMeasure* measure : rows) {
    std::vector<Cell> row = {{measure->label}, {value_text(measure->figures.front(), *measure)}};
    for (std::size_t i = 1; i < measure->figures.size(); ++i) {
      const ComparedFigure& figure = measure->figures[i];
      row.push_back({value_text(figure, *measure)});
      row.push_back({change_of(figure)});
      row.push_back({bounds_of(figure), Ink::dim});
      row.push_back({word_of(figure.verdict, measure->unit), ink_of(figure.verdict)});
    }
    table.add(std::move(row));
  }
  return table.print(style, kIndent);
}

// What the change of a report rests on.
std::string footing(const ComparedReport& compared) {
  const std::string least = format_percentage(compared.least_effect);
  if (compared.in_turns)
    return fmt::format("measured in turns with the first; less than {} counts as no change", least);
  return fmt::format(
      "not measured in turns with the first: what drifted between the runs shows as change; less than {} counts as "
      "none. "
      "mlplan compare --bench A B measures in turns",
      least);
}

}  // namespace

std::string compare_view(const Comparison& comparison, const Style& style) {
  const std::vector<std::string> names = titles(comparison);
  std::string text;
  for (std::size_t i = 1; i < names.size(); ++i) {
    const bool worse = count(comparison, i, "worse", true) > 0;
    const std::string line = fmt::format("{} against {}: {}", names[i], names.front(), summary_of(comparison, i));
    text += paint(shown(line, style), worse ? Ink::red : Ink::bold, style) + "\n";
  }
  const std::vector<const ComparedMeasure*> rows = shown_measures(comparison, style.verbose);
  text += "\n" + table_of(comparison, rows, style) + "\n";
  if (const std::size_t left = comparison.measures.size() - rows.size(); left > 0)
    text += paragraph("besides", fmt::format("{} more, the same or unsure: -v shows them", left), style);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const ComparedReport& compared = comparison.reports[i];
    text += paragraph(
        i == 0 ? "first" : "against it",
        fmt::format("{} ({}, grade {})", compared.report.path, compared.report.started_at, compared.report.grade),
        style);
    if (i == 0) continue;
    text += paragraph("", footing(compared), style);
    for (const Difference& difference : compared.differences) {
      text += paragraph("differs",
                        fmt::format("{}: {}, in the first {}", difference.what, difference.report, difference.baseline),
                        style, Ink::yellow);
    }
  }
  return text;
}

std::string compare_markdown(const Comparison& comparison) {
  const auto safe = [](std::string text) {
    for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) text.replace(at, 1, "\\|");
    return text;
  };
  const std::vector<std::string> names = titles(comparison);
  std::string head = "| measure | " + safe(names.front()) + " |";
  std::string rule = "|---|--:|";
  for (std::size_t i = 1; i < names.size(); ++i) {
    head += fmt::format(" {} | change | 95 % bounds | |", safe(names[i]));
    rule += "--:|--:|--:|---|";
  }
  std::string text;
  for (std::size_t i = 1; i < names.size(); ++i) {
    text += fmt::format("**{} against {}**: {} ({}).\n\n", safe(names[i]), safe(names.front()),
                        summary_of(comparison, i), footing(comparison.reports[i]));
  }
  text += head + "\n" + rule + "\n";
  for (const ComparedMeasure* measure : shown_measures(comparison, false)) {
    text += fmt::format("| {} | {} |", safe(measure->label), value_text(measure->figures.front(), *measure));
    for (std::size_t i = 1; i < names.size(); ++i) {
      const ComparedFigure& figure = measure->figures[i];
      text += fmt::format(" {} | {} | {} | {} |", value_text(figure, *measure), change_of(figure), bounds_of(figure),
                          word_of(figure.verdict, measure->unit));
    }
    text += "\n";
  }
  return text;
}

}  // namespace mlplan::cli
