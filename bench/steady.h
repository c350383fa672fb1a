// Latency and throughput in steady state: cells (batch x threads x workers x dims), each measured in several visits
// that are spread over the run. A visit is a fresh process, or as many side by side as the cell has workers: two
// processes of one program differ by more than two runs in one, so what a figure is worth is counted in visits.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/gpu_watch.h"
#include "bench/world.h"
#include "profiles/report.h"

namespace mlplan::bench {

struct Cell {
  std::int64_t batch = 1;
  std::int64_t threads = 1;
  std::int64_t workers = 1;
  std::map<std::string, std::int64_t> dims = {};  // of the swept symbols other than batch
  std::int64_t concurrency = 1;                   // calls at the same time in each worker (bench/load.h)
  friend bool operator==(const Cell&, const Cell&) = default;
};

struct CellSamples {
  Cell cell;
  double expected_ns = 0;                              // of one inference, from the pilot or the last block
  std::vector<std::vector<double>> latencies = {};     // ns, one entry per visit; with several workers of all of them
  std::vector<std::vector<double>> device = {};        // ns, likewise: the inferences' work on the GPU; empty on a CPU
  std::vector<std::vector<double>> enqueue = {};       // ns, likewise: until that was queued
  std::vector<std::vector<double>> isolated = {};      // ns, of a single worker's inferences by themselves
  std::vector<std::vector<double>> back_to_back = {};  // ns, of one of many that are queued at once
  std::string not_isolated = {};                       // why they could not be had by themselves
  std::vector<std::vector<double>> throughput = {};    // inputs per second of all workers, per visit one per block
  GpuSpans gpu = {};                                   // around each block
  std::vector<double> peak_rss = {};                   // bytes, one per visit, of the worker that had most
  std::int64_t blocks = 0;                             // stretches of time over all visits
  std::int64_t processes = 0;
  std::optional<std::int64_t> warm_up_inferences = {};  // the fewest of any of its processes
  bool undecided = false;    // some process's warm-up was cut off before the rule could decide
  bool not_warm = false;     // some process did not become steady
  std::string failure = {};  // why it was given up
  bool out_of_memory = false;
};

struct VisitPlan {
  std::int64_t blocks_per_cell = 2;
  std::int64_t block_ns = 200'000'000;
  std::uint64_t order_seed = 1;
  std::int64_t warm_up_cap_ns = 5'000'000'000;
};

// One worker's block, on the common clock.
struct WorkerBlock {
  std::int64_t begin_ns = 0;
  std::vector<std::int64_t> latency_ns = {};  // back to back from begin_ns on
};

// What a block of workers side by side says about the time in which all of them were busy. Latencies are of every
// inference that starts in that time, however long it takes; of inferences that reach beyond it throughput counts the
// part within.
struct SideBySide {
  std::vector<double> latency_ns;
  double inferences_per_s = 0;
};
SideBySide combine(const std::vector<WorkerBlock>& workers);

// One visit: fresh workers (all cells must agree in threads and workers), warm-up, a first pass over the cells from
// small to large that settles their shapes and tells their peak memory, then the blocks of all cells in random order. A
// cell the model refuses is marked failed and the visit goes on; a worker that dies ends the visit, the cell in hand
// marked. Errors only for what no cell can help: no worker, no load, interrupt.
Status visit(const World& world, std::vector<CellSamples*> cells, const VisitPlan& plan);

// The visit of workers that are there already and warm; ends them.
Status measure_cells(const World& world, std::vector<CellSamples*> cells, const VisitPlan& plan,
                     std::vector<Worker>& workers, const std::vector<worker::WarmedUp>& warmed);

// A process's warm-up, as it counts for the cell.
void note_warm_up(CellSamples& cell, const worker::WarmedUp& warmed);

// Whether more visits would tell no more: it failed, or met the stopping rule.
bool settled(const CellSamples& samples);

// `why_ended` is the stop reason of a cell that did not settle: "time_box", "visits", "interrupted", "failed".
SteadyRow assemble_row(const CellSamples& samples, const std::string& why_ended);

}  // namespace mlplan::bench
