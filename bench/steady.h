// Latency and throughput in steady state: cells (batch x threads x workers x dims), each measured in blocks that are
// spread over the run and over several fresh processes, since blocks next to each other resemble each other.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "bench/world.h"
#include "profiles/report.h"

namespace mlplan::bench {

struct Cell {
  std::int64_t batch = 1;
  std::int64_t threads = 1;
  std::int64_t workers = 1;
  std::map<std::string, std::int64_t> dims = {};  // of the swept symbols other than batch
  friend bool operator==(const Cell&, const Cell&) = default;
};

struct CellSamples {
  Cell cell;
  double expected_ns = 0;                        // of one inference, from the pilot or the last block
  std::vector<std::vector<double>> blocks = {};  // latencies, ns; with several workers those of all, worker by worker
  std::vector<double> throughput = {};           // inputs per second, one per block, of all workers together
  std::vector<double> peak_rss = {};             // bytes, one per visit, of one worker
  std::int64_t processes = 0;
  std::int64_t warm_up_inferences = 0;  // of the last visit
  bool warm = true;
  std::string failure = {};  // why it was given up
  bool out_of_memory = false;
};

struct VisitPlan {
  std::int64_t blocks_per_cell = 2;
  std::int64_t block_ns = 200'000'000;
  std::uint64_t order_seed = 1;
  std::int64_t warm_up_cap_ns = 5'000'000'000;
};

// One visit: fresh workers (all cells must agree in threads and workers), warm-up, then the blocks of all cells in
// random order. A cell the model refuses is marked failed and the visit goes on; a worker that dies ends the visit, the
// cell in hand marked. Errors only for what no cell can help: no worker, no load, interrupt.
Status visit(const World& world, std::vector<CellSamples*> cells, const VisitPlan& plan);

SteadyRow assemble_row(const CellSamples& samples, bool time_ran_out);

}  // namespace mlplan::bench
