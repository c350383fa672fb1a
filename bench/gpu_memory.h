// What a worker takes of a GPU's memory, as a ledger that adds up. Nobody sees all of it: libtorch's allocator knows
// what it has taken, and neither the context nor what CUDA's libraries keep; NVML knows the device's used memory, and
// in many containers not whose it is. So a worker's memory is the growth of the device's since before it was started,
// the parts are told apart by the allocator's figures at each barrier, and two figures that owe nothing to either check
// it: what NVML's list of processes says of the worker, and what the device gets back when the worker ends.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kernels/gpu/nvml.h"
#include "profiles/report.h"
#include "profiles/support/worker_messages.h"

namespace mlplan::bench {

struct GpuBarrier {
  worker::DeviceMemory told_by_worker;
  std::optional<std::int64_t> used = {};  // bytes of the whole device, by NVML
};

// The GPU's part of a ledger pass.
struct GpuPass {
  std::map<std::string, GpuBarrier> at = {};  // from framework on; empty on a CPU
  std::optional<gpu::ManagedMemory> before = {};
  std::optional<std::int64_t> used_at_end = {};  // just before the worker ended
  std::optional<std::int64_t> used_after = {};   // and when it had
  std::optional<std::int64_t> told = {};         // bytes of the worker when it is steady, by NVML's list
  bool disturbed = false;                        // others came or went meanwhile
};

// By which the device's used memory has grown since before the worker; absent where NVML does not tell.
std::optional<std::int64_t> growth_at(const GpuPass& pass, const std::string& barrier);

using Processes = std::optional<std::vector<gpu::ManagedProcess>>;
// What a list says of a worker: under its own number, or, where a container has other numbers, of the one process that
// was not there before. Absent: neither is in the list, or without bytes.
std::optional<std::int64_t> bytes_of_worker(std::int64_t pid, const Processes& before, const Processes& now);
// Whether the lists, both without the worker, differ: by who is there or by how much memory one has.
bool disturbed_between(const Processes& before, const Processes& after);

// Absent on a CPU. `marginal`: growth of the used memory with the k-th worker, a pass each. `not_seen`: why NVML told
// nothing, where that is known.
std::optional<GpuMemory> assemble_gpu_memory(const std::vector<GpuPass>& passes,
                                             const std::vector<std::vector<double>>& marginal,
                                             const std::string& not_seen);

}  // namespace mlplan::bench
