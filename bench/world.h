// Everything that stays the same over one bench run: which worker, which model, which inputs, which limits. Tasks (a
// cold start, a memory pass, a steady visit) take it as const and make their processes from it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/options.h"
#include "bench/scratch_folder.h"
#include "bench/worker_process.h"
#include "kernels/gpu/nvml.h"
#include "profiles/input_spec.h"
#include "profiles/support/worker_messages.h"

namespace mlplan::bench {

struct World {
  Launch launch;
  Limits limits;
  worker::LoadRequest load;    // threads and scratch are set per process
  worker::InputRequest input;  // at the defaults of all symbols, batch = 1 or its lower bound
  std::int64_t model_bytes = 0;
  std::vector<std::string> libraries;  // files the worker has mapped and mlplan itself has not
  std::optional<gpu::ManagedDevice> gpu =
      {};                         // that the workers are on; absent on a CPU, and where it is not to be seen
  bool gpu_is_a_part = false;     // of the card that NVML tells of (MIG), whose memory is then not this GPU's
  std::int64_t cold_threads = 1;  // intra-op threads of cold starts and memory passes

  // A request with the load and input parts filled in.
  worker::Request request(const std::string& verb, std::int64_t threads, const std::string& scratch) const;
  // Of the GPU and of it alone; absent where NVML does not tell.
  std::optional<gpu::ManagedMemory> gpu_memory() const;
  std::optional<std::vector<gpu::ManagedProcess>> gpu_processes() const;
};

// A worker with the scratch folder that must outlive it.
struct Worker {
  ScratchFolder scratch;
  WorkerProcess process;
};

struct SpawnOptions {
  std::int64_t threads = 1;
  bool stop_at_baseline = false;
  std::uint64_t padding = 0;
  std::vector<std::string> verbs = {};  // requests written before the process exists
  std::int64_t warm_up_cap_ns = 3'000'000'000;
};
Result<Worker> spawn_worker(const World& world, const SpawnOptions& options);

// Path of mlplan-worker: `wanted`, or MLPLAN_WORKER, or beside this program, or ../libexec/mlplan. Errors tell where
// was looked.
Result<std::string> locate_worker(const std::string& wanted);

// How workers are started for these options: the program located, the folder of libtorch looked at. Errors (usage)
// where either is not there: another libtorch than the one asked for must not be measured.
Result<Launch> make_launch(const Options& options);

}  // namespace mlplan::bench
