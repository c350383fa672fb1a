#include "bench/cells.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace mlplan::bench {
namespace {

constexpr double kLeastBlockNs = 20e6;
constexpr double kMostBlockNs = 500e6;
constexpr std::int64_t kVisits = 6;  // that an interval of the median needs

// A guess that errs on the long side: linear in the batch, half of the cores' speed-up lost.
double expected_ns(const Cell& cell, const CellCosts& costs) {
  const double threads = static_cast<double>(std::min(cell.threads, costs.most_threads));
  const double slower = std::pow(static_cast<double>(costs.most_threads) / threads, 0.8);
  const double base =
      costs.batch_bounds.empty() ? 1.0 : static_cast<double>(std::max<std::int64_t>(1, costs.batch_bounds[0]));
  return costs.inference_ns * static_cast<double>(cell.batch) / base * slower;
}

// Of one cell in one visit.
double cell_cost(const Cell& cell, const CellCosts& costs, std::int64_t blocks, std::int64_t block_ns) {
  const double once = expected_ns(cell, costs);
  const double block = std::max(static_cast<double>(block_ns), once) + once;
  return static_cast<double>(blocks) * block + 2 * once;
}

// Visits of the first group, the most threads in one worker, and of each of the others.
struct Visits {
  std::int64_t first = kVisits;
  std::int64_t others = kVisits / 2;
  std::int64_t of(bool is_first) const { return is_first ? first : others; }
  // More blocks where there are fewer visits, but not so many that one process is all there is to see.
  std::int64_t blocks_of(bool is_first) const { return of(is_first) >= kVisits ? 1 : of(is_first) > 1 ? 2 : 3; }
};

// Fewer visits where starting takes most of the time; of the other groups first, so that one interval at least is
// known.
Visits affordable(double first_start_ns, double other_starts_ns, double budget_ns) {
  Visits out;
  const auto too_many = [&] {
    return static_cast<double>(out.first) * first_start_ns + static_cast<double>(out.others) * other_starts_ns >
           0.6 * budget_ns;
  };
  while (out.others > 1 && too_many()) --out.others;
  while (out.first > 1 && too_many()) --out.first;
  return out;
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
  const std::pair<std::int64_t, std::int64_t> first_key{wanted.front().threads, wanted.front().workers};
  double other_starts = 0;
  for (const auto& [key, cost] : starts) other_starts += key == first_key ? 0 : cost;
  const Visits visits = affordable(starts[first_key], other_starts, costs.budget_ns);

  const bool asked_for = !options.batches.empty();
  double spent = 0;
  double blocks = 0;
  std::map<std::pair<std::int64_t, std::int64_t>, std::size_t> index;
  for (const Cell& cell : wanted) {
    const std::pair<std::int64_t, std::int64_t> key{cell.threads, cell.workers};
    const bool of_first = key == first_key;
    const auto count = static_cast<double>(visits.of(of_first));
    double cost = count * cell_cost(cell, costs, visits.blocks_of(of_first), plan.block_ns);
    if (!index.contains(key)) cost += count * starts[key];
    const bool is_first = plan.groups.empty();
    if (!is_first && !asked_for && spent + cost > costs.budget_ns) {
      plan.left_out.push_back(cell);
      continue;
    }
    spent += cost;
    blocks += count * static_cast<double>(visits.blocks_of(of_first));
    if (!index.contains(key)) {
      index[key] = plan.groups.size();
      plan.groups.push_back(
          {cell.threads, cell.workers, {}, visits.of(of_first), visits.blocks_of(of_first), starts[key]});
    }
    plan.groups[index[key]].cells.push_back(cell);
  }
  plan.block_ns = static_cast<std::int64_t>(
      std::clamp(kLeastBlockNs + (costs.budget_ns - spent) / blocks, kLeastBlockNs, kMostBlockNs));
  for (VisitGroup& group : plan.groups) {
    for (const Cell& cell : group.cells) group.cost_ns += cell_cost(cell, costs, group.blocks_per_visit, plan.block_ns);
  }
  return plan;
}

}  // namespace mlplan::bench
