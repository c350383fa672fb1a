#include "cli/views/steady_view.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <vector>

#include "cli/views/fields.h"
#include "cli/views/labels.h"
#include "cli/views/table.h"
#include "profiles/support/units.h"

namespace mlplan::cli {
namespace {

constexpr double kWorthTelling = 1.05;   // times as long
constexpr std::size_t kRowsAtMost = 10;  // of the short view; -v shows all

bool failed(const SteadyRow& row) { return row.stop == "failed" || row.stop == "out_of_memory"; }

}  // namespace

std::string percentile_text(const Stat& stat, const std::string& name) {
  const auto found = stat.percentiles.find(name);
  if (stat.n == 0 || found == stat.percentiles.end()) return kAbsent;
  const Percentile& percentile = found->second;
  if (!percentile.value) return fmt::format("needs {}", format_integer(percentile.needs));
  std::string text = format(*percentile.value, Unit::duration);
  if (percentile.high) text += " ≤" + format(*percentile.high, Unit::duration);
  return text;
}

std::string stop_text(const SteadyRow& row) {
  if (row.stop == "converged") return "converged";
  if (row.stop == "noise_converged") return "noise settled";
  if (row.stop == "time_box") return "time box";
  if (row.stop == "single_sample") return "one sample";
  if (row.stop == "visits") return "most visits";
  return spaced(row.stop);
}

namespace {

const SteadyRow* best_of(const std::vector<SteadyRow>& rows) {
  const SteadyRow* best = nullptr;
  for (const SteadyRow& row : rows) {
    if (row.throughput.n > 0 && (best == nullptr || row.throughput.median > best->throughput.median)) best = &row;
  }
  return best;
}

std::set<std::string> dims_of(const std::vector<SteadyRow>& rows) {
  std::set<std::string> names;
  for (const SteadyRow& row : rows) {
    for (const auto& [name, value] : row.dims) {
      if (name != "batch") names.insert(name);
    }
  }
  return names;
}

bool is_of_gpu(std::string_view key) { return key == "device" || key == "isolated" || key == "back_to_back"; }

// Columns of a GPU that no row has are left out, as all of them of a run on a CPU.
std::vector<const Field<SteadyRow>*> fields_of(const std::vector<SteadyRow>& rows) {
  std::vector<const Field<SteadyRow>*> out;
  for (const auto& field : steady_fields()) {
    const bool any = std::ranges::any_of(rows, [&](const SteadyRow& row) { return field.stat(row).n > 0; });
    if (any || !is_of_gpu(field.key)) out.push_back(&field);
  }
  return out;
}

// One line for all rows in which nothing could be timed by itself for one reason.
std::string not_isolated_lines(const std::vector<SteadyRow>& rows, const Style& style) {
  std::map<std::string, std::set<std::int64_t>> batches;
  for (const SteadyRow& row : rows) {
    if (!row.not_isolated.empty()) batches[row.not_isolated].insert(row.batch);
  }
  std::string text;
  for (const auto& [why, which] : batches)
    text += paragraph("by itself", fmt::format("not at batch {}: {}", fmt::join(which, ", "), why), style);
  return text;
}

std::vector<Cell> cells_of(const SteadyRow& row, const std::set<std::string>& dims,
                           const std::vector<const Field<SteadyRow>*>& fields, bool best) {
  std::vector<Cell> cells = {{fmt::format("batch {}", row.batch), best ? Ink::bold : Ink::plain}};
  for (const std::string& name : dims) {
    const auto found = row.dims.find(name);
    cells.push_back({found == row.dims.end() ? kAbsent : format_integer(found->second)});
  }
  cells.push_back({std::to_string(row.threads)});
  cells.push_back({std::to_string(row.workers)});
  const Ink ink = row.latency.n == 0 ? Ink::dim : Ink::plain;
  for (const auto* field : fields) {
    const std::string_view key = field->key;
    const bool headline = key == "throughput" && best;
    cells.push_back({format_median(field->stat(row), field->unit), headline ? Ink::green : ink});
    if (key != "latency") continue;
    cells.push_back({format_spread(row.latency), Ink::dim});
    for (const char* name : {"p90", "p99"}) {
      const std::string text = percentile_text(row.latency, name);
      cells.push_back({text, text.starts_with("needs") ? Ink::dim : ink});
    }
  }
  const bool warm = failed(row) || row.warm.value_or(true);
  const Ink stop_ink = failed(row) ? Ink::red : row.stop == "converged" && warm ? Ink::dim : Ink::yellow;
  cells.push_back({stop_text(row) + (warm ? "" : ", not warm"), stop_ink});
  return cells;
}

std::string gpu_text(const SteadyRow& row) {
  const GpuConditions& gpu = *row.gpu;
  std::vector<std::string> parts;
  if (gpu.slowed_blocks > 0)
    parts.push_back(fmt::format("the GPU was slowed down in {} of {} blocks ({})", gpu.slowed_blocks, row.blocks,
                                spaced(fmt::format("{}", fmt::join(gpu.slowed_by, ", ")))));
  if (gpu.again_blocks > 0)
    parts.push_back(fmt::format("{} measured again, since it was slowed down", counted(gpu.again_blocks, "block")));
  const auto add = [&parts](const char* what, const std::optional<ValueRange>& range, double unit, const char* name) {
    if (range)
      parts.push_back(fmt::format("{} {:.0f} .. {:.0f} {}", what, range->low / unit, range->high / unit, name));
  };
  add("SM clock before", gpu.sm_clock_before, 1e6, "MHz");
  add("after", gpu.sm_clock_after, 1e6, "MHz");
  add("draws", gpu.power_w, 1, "W");
  add("at", gpu.temperature_c, 1, "°C");
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace

std::string steady_view(const std::vector<SteadyRow>& rows, const Style& style) {
  if (rows.empty()) return {};
  const std::set<std::string> dims = dims_of(rows);
  std::vector<Column> columns = {{"STEADY STATE", false}};
  for (const std::string& name : dims) columns.push_back({name});
  columns.insert(columns.end(), {{"threads"}, {"workers"}});
  const std::vector<const Field<SteadyRow>*> fields = fields_of(rows);
  for (const auto* field : fields) {
    const std::string_view key = field->key;
    columns.push_back({field->label, true,
                       key == "peak_rss"       ? 5
                       : key == "back_to_back" ? 6
                       : key == "isolated"     ? 4
                                               : 0});
    if (key == "latency") columns.insert(columns.end(), {{"", true, 3}, {"p90", true, 4}, {"p99", true, 1}});
  }
  columns.push_back({"stopped by", false, 2});
  const SteadyRow* best = best_of(rows);
  Table table(std::move(columns));
  std::size_t left_out = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool shown = style.verbose || rows.size() <= kRowsAtMost || i < kRowsAtMost - 1 || &rows[i] == best;
    if (shown)
      table.add(cells_of(rows[i], dims, fields, &rows[i] == best));
    else
      ++left_out;
  }
  std::string text = table.print(style, kIndent);
  if (left_out > 0) text += paragraph("more", fmt::format("{} more rows: -v shows them all", left_out), style);
  text += not_isolated_lines(rows, style);
  for (const SteadyRow& row : rows) {
    const std::string label = fmt::format("batch {}", row.batch);
    if (failed(row) && !row.failure.empty()) text += paragraph(label, row.failure, style, Ink::red);
    if (row.gpu && (row.gpu->slowed_blocks > 0 || row.gpu->again_blocks > 0 || style.verbose))
      text += paragraph(label, gpu_text(row), style, row.gpu->slowed_blocks > 0 ? Ink::yellow : Ink::dim);
    if (style.verbose && !row.unmet.empty()) {
      text += paragraph(label,
                        fmt::format("{} threads, {} workers: {}", row.threads, row.workers, fmt::join(row.unmet, "; ")),
                        style);
    }
  }
  return text;
}

std::string serving_view(const std::vector<ServingRow>& rows, const Style& style) {
  std::string text;
  for (const ServingRow& row : rows) {
    if (row.after_idle.n == 0) continue;
    std::vector<std::string> parts = {
        fmt::format("{}x as long after a long idle moment", format(row.after_idle.median, Unit::count, 3))};
    if (row.after_idle.median > kWorthTelling && row.cooling_ns > 0)
      parts.back() += fmt::format(" (cold after {})", format(row.cooling_ns, Unit::duration));
    if (row.beside && row.beside->n > 0) {
      parts.push_back(fmt::format("{}x with {} busy at once", format(row.beside->median, Unit::count, 3),
                                  format_count(row.workers, "worker")));
    }
    parts.push_back(fmt::format("{} on the way to a worker and back", format(row.hand_over.median, Unit::duration)));
    text += paragraph("one by one", fmt::format("{}: {}", format_count(row.threads, "thread"), fmt::join(parts, ", ")),
                      style);
  }
  return text;
}

}  // namespace mlplan::cli
