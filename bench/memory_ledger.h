// Memory of a worker, read by the parent while the worker waits at a barrier: reading costs the worker nothing that is
// timed, since these processes are not timed at all.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "bench/gpu_memory.h"
#include "bench/proc_files.h"
#include "bench/world.h"
#include "profiles/report.h"

namespace mlplan::bench {

// One process from its first instruction to steady state. Bytes.
struct LedgerPass {
  // baseline, framework, after_load, first_inference, steady; of a program seen from outside ready, sampled_peak
  std::map<std::string, ProcessMemory> at;
  GpuPass gpu;
  std::int64_t load_peak = 0;  // resident peak while loading; 0: not read
  std::int64_t peak = 0;       // highest resident peak of all; 0: not read
  std::string output_digest;   // of the model's output in this process
};
Result<LedgerPass> take_ledger_pass(const World& world, std::int64_t warm_up_cap_ns);

// `count` workers of the same model, one started after the other and all kept: what each brings when it is steady.
// Bytes.
struct MarginalPass {
  std::vector<double> pss;  // growth of its sum; the first entry is the first worker's whole PSS while it is alone
  std::vector<double> gpu;  // growth of the GPU's used memory; empty on a CPU, and where NVML does not tell
};
Result<MarginalPass> take_marginal_pass(const World& world, std::int64_t count, std::int64_t warm_up_cap_ns);

// Resident peak (bytes) at each value of one symbol, in one process, ascending: peaks of small values cannot hide large
// ones. A value the model refuses ends the list.
Result<MemoryByDim> take_by_dim(const World& world, const std::string& dim, const std::vector<std::int64_t>& values);

// Fills bytes_per_unit, bytes_fixed and residual by least squares; needs at least two values.
void fit_line(MemoryByDim& out);

MemoryReport assemble_memory(const std::vector<LedgerPass>& passes, const std::vector<MarginalPass>& marginal,
                             const std::vector<double>& peaks, std::vector<MemoryByDim> by_dim,
                             const std::string& gpu_not_seen = {});

}  // namespace mlplan::bench
