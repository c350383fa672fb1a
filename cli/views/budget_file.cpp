#include "cli/views/budget_file.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "cli/views/text.h"
#include "gate/bounds.h"
#include "gate/clause.h"
#include "gate/headline.h"
#include "profiles/measure.h"
#include "profiles/support/units.h"

namespace mlplan::cli {
namespace {

constexpr double kMargin = 0.2;
constexpr double kMarginWithoutBound = 0.5;

// Two significant digits, away from the measured value.
double rounded(double value, bool up) {
  if (!(value > 0)) return 0;
  const double power = std::pow(10.0, std::floor(std::log10(value)) - 1);
  const double steps = value / power;
  return power * (up ? std::ceil(steps - 1e-9) : std::floor(steps + 1e-9));
}

struct Scale {
  double factor;
  const char* name;
};

std::string scaled(double value, bool up, std::initializer_list<Scale> scales) {
  const Scale* best = scales.begin();
  for (const Scale& scale : scales) {
    if (value >= scale.factor) best = &scale;
  }
  return fmt::format("\"{:.6g}{}\"", rounded(value / best->factor, up), best->name);
}

// As TOML, in a unit that budgets take.
std::string limit_text(double value, MeasureUnit unit, bool up) {
  switch (unit) {
    case MeasureUnit::nanoseconds: return scaled(value, up, {{1, "ns"}, {1e3, "us"}, {1e6, "ms"}, {1e9, "s"}});
    case MeasureUnit::bytes:
      return scaled(value, up, {{1, "B"}, {1024.0, "KiB"}, {1048576.0, "MiB"}, {1073741824.0, "GiB"}});
    case MeasureUnit::per_second: return scaled(value, up, {{1, "/s"}});
    case MeasureUnit::bytes_per_second:
      return scaled(value, up, {{1, "B/s"}, {1e3, "kB/s"}, {1e6, "MB/s"}, {1e9, "GB/s"}});
    case MeasureUnit::flag: return "true";
    case MeasureUnit::number: break;
  }
  return fmt::format("{:.6g}", rounded(value, up));
}

// The value and what it rests on; nullopt: nothing to ask for (an output that does not repeat).
struct Entry {
  std::string limit;
  std::string comment;
  bool judged = true;  // else too few samples
};

std::optional<Entry> entry_of(const Measure& measure) {
  const bool up = measure.lower_is_better;
  if (measure.exact) {
    if (measure.unit == MeasureUnit::flag && *measure.exact == 0) return std::nullopt;
    return Entry{limit_text(*measure.exact, measure.unit, up),
                 fmt::format("{}: {}", measure.label, format_measure(*measure.exact, measure.unit))};
  }
  if (measure.searched) {
    if (!measure.searched->holds) return std::nullopt;
    const double holds = *measure.searched->holds;
    return Entry{limit_text(holds * (1 - kMargin), measure.unit, up),
                 fmt::format("{}: seen to at {}", measure.label, format_measure(holds, measure.unit))};
  }
  const std::int64_t n = gate::count_of(measure);
  const gate::Bounds bounds = gate::bounds_of(measure, gate::kConfidence);
  const std::optional<double>& bound = up ? bounds.high : bounds.low;
  if (!bound && measure.quantile) return std::nullopt;
  const double from = bound ? *bound : up ? measure.stat->max : measure.stat->min;
  if (!(from > 0) || !std::isfinite(from)) return std::nullopt;
  const double margin = bound ? kMargin : kMarginWithoutBound;
  const std::string evidence = bound ? fmt::format("{} {} (95 % sure, {})", up ? "at most" : "at least",
                                                   format_measure(from, measure.unit), format_count(n, "sample"))
                                     : fmt::format("{} in the worst of {}, too few to judge by",
                                                   format_measure(from, measure.unit), format_count(n, "sample"));
  return Entry{limit_text(from * (up ? 1 + margin : 1 - margin), measure.unit, up),
               fmt::format("{}: {}", measure.label, evidence), bound.has_value()};
}

std::string key_of(const std::string& path) {
  return path.find('[') == std::string::npos ? path : fmt::format("\"{}\"", path);
}

// A comment is one line of TOML, whatever a file is called.
std::string one_line(const std::string& text) { return shown(text, Style{}); }

}  // namespace

Result<std::string> budget_file(const Report& report, const std::string& report_path) {
  std::string text =
      one_line(fmt::format("# Budgets of {}, made from {} ({}): the bound that was measured + 20 % (rates - 20 %).",
                           report.model.path, report_path, report.mlplan.started_at)) +
      "\n# mlplan gate REPORT judges by them; tighten what matters, delete what does not.\n\n[budget]\n";
  bool any = false;
  for (const Measure& measure : gate::headline_measures(report)) {
    const std::optional<Entry> entry = entry_of(measure);
    if (!entry) continue;
    any = any || entry->judged;
    text += fmt::format("# {}\n{}{} = {}\n", one_line(entry->comment), entry->judged ? "" : "# ", key_of(measure.path),
                        entry->limit);
  }
  if (!any)
    return fail(ErrorKind::not_measured, "has no figure with the samples that a budget needs", report_path,
                "measure again with a longer --time-box");
  return text +
         "\n# How much worse each of them may be than a --baseline:\n# [budget.defaults]\n# max_regression = \"10%\"\n";
}

}  // namespace mlplan::cli
