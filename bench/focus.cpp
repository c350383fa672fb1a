#include "bench/focus.h"

#include <fmt/format.h>

#include <algorithm>

#include "bench/cold_start.h"

namespace mlplan::bench {
namespace {

// The row's key has the value, or the row has no such key.
bool agrees(const PathSegment& row, const char* key, std::int64_t value) {
  const auto found = std::ranges::find(row.keys, key, &RowKey::name);
  return found == row.keys.end() || found->value == fmt::format("{}", value);
}

bool is_cell(const PathSegment& row, const Cell& cell) {
  return agrees(row, "batch", cell.batch) && agrees(row, "threads", cell.threads) &&
         agrees(row, "workers", cell.workers) &&
         std::ranges::all_of(cell.dims, [&](const auto& dim) { return agrees(row, dim.first.c_str(), dim.second); });
}

// A row of an open loop or of several requests in flight; or of rows that are not there yet, and may be.
bool is_of_load(const PathSegment& row) {
  if (row.keys.empty()) return row.name == "steady";
  return std::ranges::any_of(row.keys, [](const RowKey& key) {
    return (key.name == "mode" && key.value != "closed") || (key.name == "concurrency" && key.value != "1");
  });
}

bool feeds_cold_start(const TaskGroup& group, const PathSegment& part) {
  if (part.name == "simultaneous")
    return group.kind == TaskKind::simultaneous && agrees(part, "starts", group.parameter);
  if (part.name == "varied") return group.kind == TaskKind::varied_start;
  return group.kind == TaskKind::cold_start && part.name == name_of(static_cast<CacheState>(group.parameter));
}

bool feeds_memory(const TaskGroup& group, const std::string& part, bool starts) {
  switch (group.kind) {
    case TaskKind::cold_start:  // all tell it; the warm ones are the cheapest
      return part == "peak_rss" && group.parameter == static_cast<std::int64_t>(CacheState::warm);
    case TaskKind::ledger: return part == "ledger" || part == "gpu" || (part == "peak_rss" && !starts);
    case TaskKind::marginal: return part == "marginal_worker" || part == "marginal";
    case TaskKind::by_dim: return part == "by_dim";
    default: return false;
  }
}

}  // namespace

bool feeds(const TaskGroup& group, const Measure& measure, const Feeding& feeding) {
  const PathSegment& whole = measure.at.front();
  if (whole.name == "cold_start" && measure.at.size() > 1) return feeds_cold_start(group, measure.at[1]);
  if (whole.name == "memory" && measure.at.size() > 1) return feeds_memory(group, measure.at[1].name, feeding.starts);
  if (whole.name == "quality") return group.kind == TaskKind::ledger;  // outputs of further processes
  if (whole.name == "serving") return group.kind == TaskKind::serving_visit;
  if (group.kind == TaskKind::load_search) return whole.name == "load" || is_of_load(whole);
  if (whole.name != "steady" && whole.name != "throughput") return false;
  if (group.kind == TaskKind::load_visit) return is_of_load(whole);
  if (group.kind != TaskKind::steady_visit || (!whole.keys.empty() && is_of_load(whole))) return false;
  const std::vector<Cell>& cells = feeding.visits[static_cast<std::size_t>(group.parameter)].cells;
  return std::ranges::any_of(cells, [&](const Cell& cell) { return is_cell(whole, cell); });
}

bool takes_warm_up(const Measure& measure) {
  if (measure.at.front().name != "cold_start") return true;
  const std::string& figure = measure.at.back().name;
  return figure.find("steady") != std::string::npos || figure.find("warm_up") != std::string::npos;
}

}  // namespace mlplan::bench
