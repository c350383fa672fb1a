#include "cli/views/memory_view.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "cli/views/bars.h"
#include "cli/views/fields.h"
#include "cli/views/labels.h"
#include "cli/views/table.h"

namespace mlplan::cli {
namespace {

constexpr double kNegligibleShare = 0.05;  // of the highest: a baseline below it is left out of the short view

double present(const Stat& stat) { return stat.n > 0 ? stat.median : 0; }

std::string ordinal(std::int64_t number) {
  const std::int64_t last = number % 10;
  const bool teen = number % 100 / 10 == 1;
  const char* suffix = teen ? "th" : last == 1 ? "st" : last == 2 ? "nd" : last == 3 ? "rd" : "th";
  return std::to_string(number) + suffix;
}

std::string ledger(const MemoryReport& memory, const Style& style) {
  double highest = 0;
  for (const LedgerRow& row : memory.ledger) highest = std::max(highest, present(row.rss));
  const int bar_columns = std::clamp(style.width - 60, 14, 60);
  std::vector<Column> columns = {{"MEMORY", false}, {"█ private ░ shared ▒ not split", false}};
  std::vector<const Field<LedgerRow>*> fields;
  for (const auto& field : ledger_fields()) {
    const std::string_view key = field.key;
    const bool of_gpu = key.starts_with("gpu");  // left out of a run on a CPU, and where NVML does not tell
    if (of_gpu && std::ranges::all_of(memory.ledger, [&](const LedgerRow& row) { return field.stat(row).n == 0; }))
      continue;
    fields.push_back(&field);
    columns.push_back({field.label, true, key == "gpu_reserved" ? 2 : key == "gpu_allocated" ? 1 : 0});
  }
  Table table(std::move(columns));
  for (const LedgerRow& row : memory.ledger) {
    if (!style.verbose && row.at == "baseline" && present(row.rss) < kNegligibleShare * highest) continue;
    const double rss = present(row.rss);
    const double own = std::min(present(row.private_bytes), rss);
    const auto bar = [&](double bytes, const char* symbol) {
      return highest > 0 ? bar_of(bytes / highest, bar_columns, symbol) : std::string();
    };
    // The kernel keeps no split of a peak.
    const std::string bars = row.private_bytes.n == 0 ? bar(rss, "▒") : bar(own, "█") + bar(rss - own, "░");
    std::vector<Cell> cells = {{spaced(row.at)}, {bars, Ink::cyan}};
    for (const auto* field : fields) cells.push_back({format_median(field->stat(row), field->unit)});
    table.add(std::move(cells));
  }
  return table.print(style, kIndent);
}

std::string more_workers(const MemoryReport& memory) {
  std::vector<std::string> parts;
  for (const MarginalWorker& marginal : memory.marginal) {
    if (marginal.added.n == 0) continue;
    std::string text =
        fmt::format("the {} adds {}", ordinal(marginal.workers), format_median(marginal.added, Unit::bytes));
    if (marginal.gpu) text += fmt::format(" and {} on the GPU", format_median(*marginal.gpu, Unit::bytes));
    parts.push_back(std::move(text));
  }
  return parts.empty() ? "" : fmt::format("{} (PSS of all together)", fmt::join(parts, ", "));
}

std::string by_dim(const MemoryByDim& row) {
  if (row.values.empty() || row.values.size() != row.peak_rss.size()) return {};
  if (!row.bytes_per_unit) {
    std::vector<std::string> peaks;
    for (std::size_t i = 0; i < row.values.size(); ++i) {
      peaks.push_back(fmt::format("{} at {}", format(row.peak_rss[i], Unit::bytes), format_integer(row.values[i])));
    }
    return fmt::format("{}: peak {}", row.dim, fmt::join(peaks, ", "));
  }
  const double unit = *row.bytes_per_unit;
  std::string text = fmt::format("{}{} per {}", unit < 0 ? "-" : "+", format(std::abs(unit), Unit::bytes, 2), row.dim);
  if (row.bytes_fixed) text += fmt::format(" on top of {}", format(*row.bytes_fixed, Unit::bytes));
  text += fmt::format(", {} {} .. {}", row.dim, format_integer(row.values.front()), format_integer(row.values.back()));
  if (row.residual) text += fmt::format(", at most {} off the line", format(*row.residual, Unit::bytes, 2));
  return text;
}

std::string gpu_parts(const GpuMemory& gpu) {
  std::vector<std::string> parts;
  for (const GpuMemoryPart& part : gpu.parts) {
    if (part.bytes.n > 0) parts.push_back(fmt::format("{} {}", part.name, format_median(part.bytes, Unit::bytes)));
  }
  std::string text = fmt::format("{}", fmt::join(parts, ", "));
  if (gpu.process.n > 0) return fmt::format("{}: {}", format_median(gpu.process, Unit::bytes), text);
  return text + fmt::format("; the rest is not known: {}", gpu.not_seen);
}

std::string gpu_check(const GpuMemory& gpu) {
  std::vector<std::string> parts;
  if (gpu.told) parts.push_back(fmt::format("{} by NVML's list of processes", format_median(*gpu.told, Unit::bytes)));
  if (gpu.given_back)
    parts.push_back(fmt::format("{} given back at the end", format_median(*gpu.given_back, Unit::bytes)));
  if (parts.empty()) return {};
  std::string text = fmt::format("{}", fmt::join(parts, ", "));
  if (gpu.disagreement) text += fmt::format(": {} off", format_share(*gpu.disagreement));
  return text;
}

}  // namespace

std::string memory_view(const MemoryReport& memory, const Style& style) {
  std::string text;
  if (!memory.ledger.empty()) text += ledger(memory, style);
  const auto line = [&](const char* label, const std::string& content) {
    if (!content.empty()) text += paragraph(label, content, style);
  };
  const bool has_peak_row =
      std::any_of(memory.ledger.begin(), memory.ledger.end(), [](const LedgerRow& row) { return row.at == "peak"; });
  if (!has_peak_row && memory.peak_rss.n > 0) {
    line("peak", fmt::format("{} resident, n = {}", format_median(memory.peak_rss, Unit::bytes), memory.peak_rss.n));
  }
  line("workers", more_workers(memory));
  if (memory.gpu) {
    line("on the GPU", gpu_parts(*memory.gpu));
    line("checked", gpu_check(*memory.gpu));
    if (memory.gpu->fits)
      line("fits", fmt::format("{} in what was free of the GPU, a twentieth of it kept",
                               counted(*memory.gpu->fits, "such worker")));
  }
  const char* label = "growth";
  for (const MemoryByDim& row : memory.by_dim) {
    line(label, by_dim(row));
    label = "";
  }
  return text;
}

}  // namespace mlplan::cli
