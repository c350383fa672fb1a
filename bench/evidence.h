// All that one bench run has found out, before it is put into a report. Filled by the run (bench.cpp), read by
// report_assembly.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/cells.h"
#include "bench/cold_start.h"
#include "bench/cold_start_report.h"
#include "bench/load.h"
#include "bench/memory_ledger.h"
#include "bench/options.h"
#include "bench/resolve_inputs.h"
#include "bench/serving.h"
#include "bench/steady.h"
#include "bench/task_loop.h"
#include "bench/varied_starts.h"
#include "bench/world.h"
#include "profiles/report.h"

namespace mlplan::bench {

// Something that was wanted and did not get its turn, for want of time.
struct LeftOut {
  std::string what;    // "2 starts at once"
  double cost_ns = 0;  // of one
};

struct Evidence {
  std::optional<CommandInfo> command;  // of a run of --command, which has no pilot; `program` is then the model
  ModelInfo program;
  World world;
  Pilot pilot;
  MachineLimits limits;
  MachineInfo machine;
  std::vector<CacheState> states;                // that can be made here
  std::map<CacheState, std::string> impossible;  // the others that were wanted, and why

  std::vector<ColdSample> samples;
  std::map<std::int64_t, std::vector<SimultaneousRound>> simultaneous;  // by number of starts
  std::map<CacheState, std::int64_t> started_again;  // samples left out, as the GPU was slowed down, and taken again
  GpuOfRun gpu;
  std::vector<VariedSamples> varied;
  std::vector<LedgerPass> ledger;
  std::vector<MarginalPass> marginal;
  std::vector<MemoryByDim> by_dim;
  CellPlan cells;
  std::vector<std::vector<CellSamples>> cell_samples;  // per visit group
  LoadPlan load;                                       // with its samples
  std::vector<ServingSamples> serving;

  std::vector<Warning> warnings;
  std::vector<LeftOut> left_out;
  std::optional<double>
      box_for_all_cells_s;       // the time box that has room for the cells left out; absent: beyond an hour
  std::optional<Error> failure;  // that ended the run
  bool interrupted = false;
  bool time_ran_out = false;
  bool only_what_was_wanted = false;  // what is missing was not asked for, or no longer
  double prepared_ns = 0;             // what the pilot and the machine's limits took
  double cold_cost_ns = 0;            // of one sample of the first state
  double wall_ns = 0;                 // of the run, up to now
  std::string started_at;

  void take(TaskEnd end) {
    interrupted = interrupted || end.interrupted;
    if (end.failure) failure = std::move(end.failure);
    if (end.warning) warnings.push_back(*std::move(end.warning));
  }
  std::size_t steady_blocks() const {
    std::size_t count = 0;
    for (const auto& group : cell_samples) {
      for (const CellSamples& cell : group) count += static_cast<std::size_t>(cell.blocks);
    }
    for (const LoadSamples& cell : load.cells) count += static_cast<std::size_t>(cell.closed.blocks);
    for (const SearchSamples& search : load.searches) count += static_cast<std::size_t>(search.closed.blocks);
    return count;
  }
  bool nothing_measured() const { return samples.empty() && ledger.empty() && steady_blocks() == 0; }
};

}  // namespace mlplan::bench
