// Which cells (batch x threads x workers x dims) the steady part measures, in which visits, and how long a block is.
// Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/options.h"
#include "bench/steady.h"

namespace mlplan::bench {

struct CellCosts {
  double start_ns = 0;      // of one worker until it is warm
  double inference_ns = 0;  // at batch 1 (or the lower bound) and the most threads
  std::int64_t most_threads = 1;
  std::int64_t cpus = 1;
  double budget_ns = 0;                         // for all steady visits
  std::vector<std::int64_t> batch_bounds = {};  // [low, high] where the model file states them
  bool has_batch = true;                        // some input has a dimension named batch
};

struct VisitGroup {  // cells that share their processes
  std::int64_t threads = 1;
  std::int64_t workers = 1;
  std::vector<Cell> cells = {};
  std::int64_t visits = 1;            // planned for; below 6 they carry no interval
  std::int64_t blocks_per_visit = 1;  // of each cell: more where there are fewer visits
  double cost_ns = 0;                 // of one visit
};

struct CellPlan {
  std::vector<VisitGroup> groups;
  std::int64_t block_ns = 20'000'000;
  std::vector<Cell> left_out;      // did not fit the budget
  std::vector<std::string> notes;  // batches outside the model's bounds, ...
};

CellPlan plan_cells(const Options& options, const CellCosts& costs);

}  // namespace mlplan::bench
