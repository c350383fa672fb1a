#include "cli/views/load_view.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/views/numbers.h"
#include "cli/views/steady_view.h"
#include "cli/views/table.h"
#include "profiles/support/units.h"

namespace mlplan::cli {
namespace {

std::string rate_text(const SteadyRow& row) {
  return row.rate_per_s ? format_rate(*row.rate_per_s) : std::string("back to back");
}

Cell note_of(const SteadyRow& row) {
  if (!row.failure.empty()) return {stop_text(row), Ink::red};
  if (row.saturated.value_or(false)) return {"saturated: the queue grows", Ink::red};
  if (row.generator_late.value_or(false)) {
    return {fmt::format("{} sent late by mlplan", format_share(*row.late_fraction)), Ink::yellow};
  }
  if (row.mode == "open" && row.latency.percentiles.empty()) return {"queue not settled", Ink::yellow};
  return {stop_text(row), row.stop == "converged" ? Ink::dim : Ink::yellow};
}

// Columns that only stand where they tell rows apart.
struct Shown {
  bool batch = false;
  bool threads = false;
  bool concurrency = false;
};

Shown shown_of(const std::vector<const SteadyRow*>& rows) {
  const auto differ = [&](std::int64_t SteadyRow::* member) {
    return std::any_of(rows.begin(), rows.end(),
                       [&](const SteadyRow* row) { return row->*member != rows.front()->*member; });
  };
  return {differ(&SteadyRow::batch), differ(&SteadyRow::threads), differ(&SteadyRow::concurrency)};
}

std::vector<Cell> cells_of(const SteadyRow& row, const Shown& columns) {
  const auto median = [](const std::optional<Stat>& stat) {
    return Cell{stat ? format_median(*stat, Unit::duration) : kAbsent};
  };
  const auto percentile = [&](const char* name) {
    const std::string text = percentile_text(row.latency, name);
    return Cell{text, text.starts_with("needs") ? Ink::dim : Ink::plain};
  };
  std::vector<Cell> cells = {{rate_text(row)}};
  if (columns.batch) cells.push_back({std::to_string(row.batch)});
  if (columns.threads) cells.push_back({std::to_string(row.threads)});
  if (columns.concurrency) cells.push_back({std::to_string(row.concurrency)});
  cells.insert(cells.end(), {{format_median(row.throughput, Unit::per_second)},
                             {row.utilisation ? format_share(*row.utilisation) : kAbsent},
                             median(row.queue),
                             row.mode == "open" ? median(row.service) : median(row.latency),
                             {format_median(row.latency, Unit::duration)},
                             percentile("p99"),
                             note_of(row)});
  return cells;
}

std::string objectives_text(const LoadKnee& knee) {
  std::vector<std::string> parts;
  for (const LatencyObjective& objective : knee.objectives) {
    parts.push_back(
        fmt::format("{} <= {}", percentile_name(objective.quantile), format_duration(objective.at_most_ns)));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

// What is known of the lowest rate that does not hold.
std::string beyond_text(const LoadKnee& knee) {
  const auto tried = std::find_if(knee.tried.begin(), knee.tried.end(),
                                  [&](const TriedRate& rate) { return rate.rate_per_s == *knee.fails_per_s; });
  if (tried == knee.tried.end()) return fmt::format("back to back it does {}", format_rate(*knee.fails_per_s));
  std::string text = fmt::format("tried {}: ", format_rate(tried->rate_per_s));
  if (!tried->response) return text + (tried->verdict == "fails" ? "more, or saturated" : "cannot be told");
  text += format_duration(*tried->response);
  if (tried->verdict == "undecided") text += ", too near to tell";
  return text;
}

std::string headline(const LoadKnee& knee) {
  const std::string what = objectives_text(knee);
  if (!knee.failure.empty()) return fmt::format("{}: {}", what, knee.failure);
  if (knee.verdict == "never") {
    return fmt::format("{} does not hold at any rate ({})", what, beyond_text(knee));
  }
  if (knee.tried.empty()) return fmt::format("{}: not decided, no rate was tried", what);
  const std::string beyond = beyond_text(knee);
  if (!knee.holds_per_s) return fmt::format("{}: not decided, no rate was seen to hold it ({})", what, beyond);
  return fmt::format("holds {} up to {} ({}){}", what, format_rate(*knee.holds_per_s), beyond,
                     knee.verdict == "found" ? "" : ": where between is not decided");
}

}  // namespace

bool is_of_load(const SteadyRow& row) { return row.mode == "open" || row.concurrency > 1; }

std::string load_view(const std::vector<SteadyRow>& rows, const std::vector<LoadKnee>& knees, const Style& style) {
  std::vector<const SteadyRow*> of_load;
  for (const SteadyRow& row : rows) {
    if (is_of_load(row)) of_load.push_back(&row);
  }
  std::string text;
  if (!of_load.empty()) {
    const Shown differing = shown_of(of_load);
    std::vector<Column> columns = {{"LOAD", false}};
    if (differing.batch) columns.push_back({"batch"});
    if (differing.threads) columns.push_back({"threads"});
    if (differing.concurrency) columns.push_back({"in flight"});
    columns.insert(columns.end(), {{"throughput", true, 2},
                                   {"busy", true, 5},
                                   {"queue", true, 3},
                                   {"service", true, 4},
                                   {"response"},
                                   {"p99", true, 1},
                                   {"note", false}});
    Table table(std::move(columns));
    for (const SteadyRow* row : of_load) table.add(cells_of(*row, differing));
    text += table.print(style, kIndent);
  }
  for (const LoadKnee& knee : knees) text += paragraph("knee", headline(knee), style, Ink::cyan);
  for (const SteadyRow* row : of_load) {
    const std::string label =
        row->concurrency > 1 ? fmt::format("{} x {}", rate_text(*row), row->concurrency) : rate_text(*row);
    if (!row->failure.empty()) text += paragraph(label, row->failure, style, Ink::red);
    if (style.verbose && !row->unmet.empty())
      text += paragraph(label, fmt::format("{}", fmt::join(row->unmet, "; ")), style);
  }
  return text;
}

}  // namespace mlplan::cli
