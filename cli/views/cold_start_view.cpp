#include "cli/views/cold_start_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "cli/views/bars.h"
#include "cli/views/fields.h"
#include "cli/views/labels.h"
#include "cli/views/table.h"
#include "profiles/support/units.h"

namespace mlplan::cli {
namespace {

constexpr double kSmallShare = 0.005;        // phases below it share one line, parts of one are left out ...
constexpr double kCompactShare = 0.05;       // ... or below this one, in a compact view
constexpr double kNegligibleShare = 0.01;    // a shared line below it is left out
constexpr double kUnattributedLimit = 0.05;  // above it the line is a warning

std::string samples_text(const Stat& stat) {
  if (stat.outliers.empty()) return std::to_string(stat.n);
  return fmt::format("{}, {} outlier{}", stat.n, stat.outliers.size(), stat.outliers.size() == 1 ? "" : "s");
}

std::string interval_text(const Stat& stat, Unit unit) {
  if (!stat.low || !stat.high) return "needs n = 6";
  return format_range(*stat.low, *stat.high, unit);
}

std::string steady_text(const ColdStartState& state) {
  if (std::isfinite(state.time_to_steady.median)) return format_median(state.time_to_steady, Unit::duration);
  return state.never_steady > 0 ? "never" : state.warm_up_undecided > 0 ? "not seen" : kAbsent;
}

std::string min_max_text(const Stat& stat) {
  return stat.n < 2 ? kAbsent : format_range(stat.min, stat.max, Unit::duration);
}

double present(const Stat& stat) { return stat.n > 0 && std::isfinite(stat.median) ? stat.median : 0; }

// Which columns of the waterfall go first where it is narrow.
int drop_of(std::string_view key) {
  if (key == "wall") return 0;
  if (key == "read_bytes") return 1;
  if (key == "cpu") return 2;
  return key == "minor_faults" ? 3 : 4;
}

bool is_load(const Phase& phase) {
  return phase.name == "unpack" || phase.name == "file_read" || phase.name == "deserialise";
}

class Waterfall {
 public:
  Waterfall(const ColdStartState& state, double axis_ns, bool compact, const Style& style)
      : state_(state),
        style_(style),
        compact_(compact && !style.verbose),
        columns_(std::clamp(style.width - 74, 14, 60)),
        total_(wall_of(state)),
        axis_(axis_ns) {}

  std::string print() {
    const bool major = any([](const Phase& phase) { return present(phase.major_faults) > 0; });
    const std::string end = format(axis_, Unit::duration);
    const int gap = std::max(1, columns_ - 1 - columns_of(end));
    std::vector<Column> columns = {{upper_case(state_.name), false},
                                   {"0" + std::string(static_cast<std::size_t>(gap), ' ') + end, false}};
    for (const auto& field : phase_fields()) {
      const std::string key = field.key;
      if (key == "major_faults" && !major) continue;
      shown_.push_back(&field);
      columns.push_back({field.label, true, drop_of(key)});
      if (key == "wall") columns.push_back({"share", true});
    }
    Table table(std::move(columns));
    double offset = 0;
    std::vector<const Phase*> small;
    const double smallest = (compact_ ? kCompactShare : kSmallShare) * total_;
    for (const Phase& phase : state_.phases) {
      if (phase.wall.n > 0 && present(phase.wall) < smallest && !style_.verbose) small.push_back(&phase);
    }
    if (small.size() < 2) small.clear();
    for (const Phase& phase : state_.phases) {
      if (phase.wall.n == 0) continue;
      if (std::find(small.begin(), small.end(), &phase) == small.end()) add_phase(table, phase, offset);
      offset += present(phase.wall);
    }
    if (!small.empty()) add_small(table, small);
    add_unattributed(table, offset);
    return table.print(style_, kIndent);
  }

 private:
  template <class Predicate>
  bool any(Predicate predicate) const {
    return std::any_of(state_.phases.begin(), state_.phases.end(), predicate);
  }

  std::string bar(double offset, double wall) const {
    return axis_ > 0 ? bar_on_axis(offset / axis_, (offset + wall) / axis_, columns_) : "";
  }

  void add_phase(Table& table, const Phase& phase, double offset) const {
    std::vector<Cell> row = {{spaced(phase.name)}, {bar(offset, present(phase.wall)), Ink::cyan}};
    for (const auto* field : shown_) {
      const Stat& stat = field->stat(phase);
      const bool nothing = stat.n > 0 && stat.median == 0;
      row.push_back({nothing ? "0" : format_median(stat, field->unit), nothing ? Ink::dim : Ink::plain});
      if (std::string_view(field->key) == "wall") row.push_back({format_share(present(stat) / total_)});
    }
    table.add(std::move(row));
    for (const auto& [name, wall] : phase.parts) {
      if (compact_) break;
      if (wall.n == 0) continue;
      if (present(wall) < kSmallShare * total_ && !style_.verbose) continue;
      const std::string label =
          "  " + spaced(name) + (phase.estimated_parts && (name == "first_touch" || name == "copy") ? " (est.)" : "");
      table.add({{label, Ink::dim},
                 {bar(offset, present(wall)), Ink::dim},
                 {format_median(wall, Unit::duration), Ink::dim},
                 {format_share(present(wall) / total_), Ink::dim}});
      offset += present(wall);
    }
  }

  void add_small(Table& table, const std::vector<const Phase*>& small) const {
    double wall = 0;
    for (const Phase* phase : small) wall += present(phase->wall);
    if (wall < kNegligibleShare * total_) return;
    table.add({{fmt::format("{} short phases", small.size()), Ink::dim},
               {},
               {format(wall, Unit::duration, 2), Ink::dim},
               {format_share(wall / total_), Ink::dim}});
  }

  void add_unattributed(Table& table, double offset) const {
    if (state_.unattributed.n == 0) return;
    const double wall = present(state_.unattributed);
    const Ink ink = wall > kUnattributedLimit * total_ ? Ink::yellow : Ink::dim;
    table.add({{"unattributed", ink},
               {bar(offset, wall), ink},
               {format_median(state_.unattributed, Unit::duration), ink},
               {format_share(wall / total_), ink}});
  }

  const ColdStartState& state_;
  const Style& style_;
  bool compact_;
  int columns_;
  double total_;
  double axis_;
  std::vector<const Field<Phase>*> shown_;
};

constexpr int kManyTimes = 100;  // of a file so small that its bytes cost next to nothing

std::string limit_line(const ColdStartState& state, const Style& style) {
  const LoadLimit& limit = state.limit;
  std::vector<std::string> rates;
  const auto rate = [&](const char* what, const std::optional<double>& value) {
    if (value && *value > 0) rates.push_back(std::string(what) + " " + format_byte_rate(*value));
  };
  const bool warm = state.name == "warm";  // then the limit of reading is copying from the page cache
  if (!warm) rate("storage", limit.read_bytes_per_s);
  rate("copy", limit.copy_bytes_per_s);
  rate("first touch", limit.first_touch_bytes_per_s);
  if (style.verbose) rate("with huge pages", limit.huge_first_touch_bytes_per_s);
  if (rates.empty() && !limit.floor_ns) return {};
  double load = 0;
  for (const Phase& phase : state.phases) load += is_load(phase) ? present(phase.wall) : 0;
  std::string text;
  if (limit.floor_ns && *limit.floor_ns > 0) {
    text = format(*limit.floor_ns, Unit::duration) + " for these bytes";
    const double times = load / *limit.floor_ns;
    if (times > kManyTimes)
      text += fmt::format(", loading takes over {}x that", kManyTimes);
    else if (load > 0)
      text += fmt::format(", loading takes {}x that", format(times, Unit::count, 2));
    if (!rates.empty()) text += ": ";
  }
  return paragraph("limit", text + fmt::format("{}", fmt::join(rates, ", ")), style);
}

}  // namespace

std::string cold_start_headline(const ColdStart& cold_start, const Style& style) {
  Table table({{"TIME TO FIRST RESULT", false},
               {"median"},
               {"95 % interval"},
               {"min .. max", true, 2},
               {"n"},
               {"steady after", true, 1},
               {"", false, 3}});
  std::string notes;
  for (const ColdStartState& state : cold_start.states) {
    const Stat& first = state.time_to_first_result;
    if (first.n == 0) {
      const std::string why = state.why_not.empty() ? "no sample was taken" : state.why_not;
      notes += paragraph(spaced(state.name), "not measured: " + why, style, Ink::yellow);
      continue;
    }
    table.add({{spaced(state.name)},
               {format_median(first, Unit::duration), Ink::bold},
               {interval_text(first, Unit::duration), first.low ? Ink::plain : Ink::dim},
               {min_max_text(first)},
               {samples_text(first), first.outliers.empty() && first.n > 1 ? Ink::plain : Ink::yellow},
               {steady_text(state), state.never_steady > 0 ? Ink::yellow : Ink::plain},
               {meaning_of_state(state.name), Ink::dim}});
    if (!state.achieved) notes += paragraph(spaced(state.name), "not reached: " + state.why_not, style, Ink::yellow);
    if (state.never_steady > 0 && state.time_to_steady.n > 0) {
      notes += paragraph(spaced(state.name),
                         fmt::format("{} of {} samples never became steady", state.never_steady,
                                     state.never_steady + state.time_to_steady.n),
                         style, Ink::yellow);
    }
    if (state.gpu_slowed > 0 || state.gpu_again > 0) {
      notes += paragraph(spaced(state.name),
                         fmt::format("the GPU was slowed down in {}; {} taken again for that",
                                     counted(state.gpu_slowed, "sample"), counted(state.gpu_again, "sample")),
                         style, state.gpu_slowed > 0 ? Ink::yellow : Ink::plain);
    }
    if (state.rejected > 0) {
      const std::string why = state.rejected_why.empty() ? "" : ": " + state.rejected_why.front();
      notes += paragraph(spaced(state.name),
                         fmt::format("{} sample{} left out, as the state was not proven{}", state.rejected,
                                     state.rejected == 1 ? "" : "s", why),
                         style);
    }
  }
  return table.print(style, kIndent) + notes;
}

double wall_of(const ColdStartState& state) {
  double sum = std::max(0.0, present(state.unattributed));
  for (const Phase& phase : state.phases) sum += present(phase.wall);
  return sum;
}

std::string waterfall(const ColdStartState& state, double axis_ns, bool compact, const Style& style) {
  if (state.phases.empty()) return {};
  return Waterfall(state, axis_ns, compact, style).print() + limit_line(state, style);
}

std::string varied_starts(const ColdStart& cold_start, const Style& style) {
  std::string text;
  for (const VariedStarts& varied : cold_start.varied) {
    const Stat& first = varied.time_to_first_result;
    std::vector<std::string> parts;
    if (first.n == 0) {
      parts.emplace_back("not measured");
    } else {
      parts.push_back(fmt::format("{} to the first result, warm ({}, n = {})", format_median(first, Unit::duration),
                                  interval_text(first, Unit::duration), first.n));
    }
    if (varied.gpu) parts.push_back(fmt::format("{} of the GPU by then", format_median(*varied.gpu, Unit::bytes)));
    if (!varied.module_loading.empty())
      parts.push_back(fmt::format("modules loaded {}", varied.module_loading == "lazy" ? "lazily" : "eagerly"));
    if (varied.rejected > 0)
      parts.push_back(fmt::format("{} left out, as the state was not proven", counted(varied.rejected, "sample")));
    if (varied.gpu_slowed > 0)
      parts.push_back(fmt::format("the GPU slowed down in {}", counted(varied.gpu_slowed, "sample")));
    text += paragraph("varied", fmt::format("{}={}: {}", varied.variable, varied.value, fmt::join(parts, ", ")), style);
  }
  return text;
}

std::string simultaneous_starts(const ColdStart& cold_start, const Style& style) {
  std::vector<std::string> parts;
  for (const SimultaneousStarts& starts : cold_start.simultaneous) {
    if (starts.time_to_first_result.n == 0) continue;
    std::string text = fmt::format("{} starts", starts.starts);
    if (starts.slowdown) text += fmt::format(" {}x as long", format(*starts.slowdown, Unit::count, 2));
    text += fmt::format(" ({})", format_median(starts.time_to_first_result, Unit::duration));
    parts.push_back(text);
  }
  if (parts.empty()) return {};
  const std::string state = cold_start.simultaneous.front().state;
  return paragraph("at once", fmt::format("{}, {}", fmt::join(parts, ", "), spaced(state)), style);
}

}  // namespace mlplan::cli
