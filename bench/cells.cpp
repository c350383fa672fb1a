#include "bench/cells.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace mlplan::bench {
namespace {

constexpr double kLeastBlockNs = 20e6;
constexpr double kMostBlockNs = 500e6;
constexpr std::int64_t kLeastBlocks = 6;

// A guess that errs on the long side: linear in the batch, half of the cores' speed-up lost.
double expected_ns(const Cell& cell, const CellCosts& costs) {
  const double threads = static_cast<double>(std::min(cell.threads, costs.most_threads));
  const double slower = std::pow(static_cast<double>(costs.most_threads) / threads, 0.8);
  const double base =
      costs.batch_bounds.empty() ? 1.0 : static_cast<double>(std::max<std::int64_t>(1, costs.batch_bounds[0]));
  return costs.inference_ns * static_cast<double>(cell.batch) / base * slower;
}

double cell_cost(const Cell& cell, const CellCosts& costs, const CellPlan& plan) {
  const double once = expected_ns(cell, costs);
  const double block = std::max(static_cast<double>(plan.block_ns), once) + once;
  return static_cast<double>(plan.blocks_per_visit) * block + 2 * once;
}

std::vector<std::int64_t> batches(const Options& options, const CellCosts& costs, CellPlan& plan) {
  if (!costs.has_batch) return {1};
  std::vector<std::int64_t> wanted =
      options.batches.empty() ? std::vector<std::int64_t>{1, 2, 4, 8, 16, 32} : options.batches;
  if (costs.batch_bounds.size() != 2) return wanted;
  const std::int64_t low = costs.batch_bounds[0];
  const std::int64_t high = costs.batch_bounds[1];
  std::vector<std::int64_t> clamped;
  for (const std::int64_t batch : wanted) clamped.push_back(std::clamp(batch, low, high));
  std::sort(clamped.begin(), clamped.end());
  clamped.erase(std::unique(clamped.begin(), clamped.end()), clamped.end());
  if (clamped != wanted) {
    plan.notes.push_back(fmt::format("batches are kept within {}..{}, the bounds the model file states{}", low, high,
                                     low == 2 ? "; torch.export compiles a dimension that may change for 2 or more: "
                                                "export a static batch of 1 to measure that one"
                                              : ""));
  }
  return clamped;
}

// All cells in the order in which they are given up last to first: the plain ones before the large ones.
std::vector<Cell> wanted_cells(const Options& options, const CellCosts& costs, CellPlan& plan) {
  const std::vector<std::int64_t> sizes = batches(options, costs, plan);
  std::vector<std::int64_t> threads = options.threads;
  if (threads.empty()) {
    threads = {costs.cpus};
    if (costs.cpus > 1) threads.push_back(1);
  } else {
    std::sort(threads.rbegin(), threads.rend());
  }
  std::vector<std::int64_t> workers = options.workers;
  if (workers.empty()) {
    workers = {1};
    if (costs.cpus > 1) workers.push_back(costs.cpus);
  }
  std::vector<Cell> out;
  for (const std::int64_t batch : sizes) {
    for (const std::int64_t count : workers) {
      for (const std::int64_t each : threads) {
        // Side by side is for workers that share the machine; by default one thread each and the smallest batch only.
        if (count > 1 && options.workers.empty() && (each != threads.back() || batch != sizes.front())) continue;
        out.push_back({batch, each, count, {}});
      }
    }
  }
  for (const auto& [name, values] : options.dims) {
    if (name == "batch") continue;
    for (const std::int64_t value : values) {
      if (value == values.front()) continue;  // the default: in the cells above
      out.push_back({sizes.front(), threads.front(), 1, {{name, value}}});
    }
  }
  // The first symbol value stands in every row, so that rows of a sweep can be told apart by it.
  for (Cell& cell : out) {
    for (const auto& [name, values] : options.dims) {
      if (name != "batch" && !values.empty()) cell.dims.emplace(name, values.front());
    }
  }
  return out;
}

}  // namespace

CellPlan plan_cells(const Options& options, const CellCosts& costs) {
  CellPlan plan;
  const std::vector<Cell> wanted = wanted_cells(options, costs, plan);
  std::map<std::pair<std::int64_t, std::int64_t>, double> starts;  // of each group that exists
  for (const Cell& cell : wanted)
    starts[{cell.threads, cell.workers}] = costs.start_ns * static_cast<double>(cell.workers);
  double all_starts = 0;
  for (const auto& [group, cost] : starts) all_starts += cost;
  // Fewer visits where starting takes most of the time; the blocks then lie in fewer processes, which the rows say.
  while (plan.visits > 1 && static_cast<double>(plan.visits) * all_starts > 0.5 * costs.budget_ns) --plan.visits;
  plan.blocks_per_visit = (kLeastBlocks + plan.visits - 1) / plan.visits;

  const double visits = static_cast<double>(plan.visits);
  const bool asked_for = !options.batches.empty();
  double spent = 0;
  std::map<std::pair<std::int64_t, std::int64_t>, std::size_t> index;
  for (const Cell& cell : wanted) {
    const std::pair<std::int64_t, std::int64_t> key{cell.threads, cell.workers};
    double cost = visits * cell_cost(cell, costs, plan);
    if (!index.contains(key)) cost += visits * starts[key];
    const bool is_first = plan.groups.empty();
    if (!is_first && !asked_for && spent + cost > costs.budget_ns) {
      plan.left_out.push_back(cell);
      plan.left_out_ns += cost;
      continue;
    }
    spent += cost;
    if (!index.contains(key)) {
      index[key] = plan.groups.size();
      plan.groups.push_back({cell.threads, cell.workers, {}, starts[key]});
    }
    plan.groups[index[key]].cells.push_back(cell);
  }
  std::size_t cells = 0;
  for (const VisitGroup& group : plan.groups) cells += group.cells.size();
  const double spare =
      (costs.budget_ns - spent) / (visits * static_cast<double>(plan.blocks_per_visit) * static_cast<double>(cells));
  plan.block_ns = static_cast<std::int64_t>(std::clamp(kLeastBlockNs + spare, kLeastBlockNs, kMostBlockNs));
  for (VisitGroup& group : plan.groups) {
    for (const Cell& cell : group.cells) group.cost_ns += cell_cost(cell, costs, plan);
  }
  return plan;
}

}  // namespace mlplan::bench
