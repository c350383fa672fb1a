#include "bench/world.h"

#include <unistd.h>

#include "bench/locate.h"

namespace mlplan::bench {

worker::Request World::request(const std::string& verb, std::int64_t threads, const std::string& scratch) const {
  worker::Request out;
  out.verb = verb;
  out.load = load;
  out.load.threads = threads;
  out.load.scratch = scratch;
  out.input = input;
  return out;
}

std::optional<gpu::ManagedMemory> World::gpu_memory() const {
  return gpu && !gpu_is_a_part ? gpu->memory() : std::nullopt;
}

std::optional<std::vector<gpu::ManagedProcess>> World::gpu_processes() const {
  return gpu && !gpu_is_a_part ? gpu->processes() : std::nullopt;
}

Result<Worker> spawn_worker(const World& world, const SpawnOptions& options) {
  Result<ScratchFolder> scratch = ScratchFolder::make();
  if (!scratch) return fail(scratch.error());
  std::vector<worker::Request> requests;
  for (const std::string& verb : options.verbs) {
    requests.push_back(world.request(verb, options.threads, scratch->path()));
    requests.back().warm_up.cap_ns = options.warm_up_cap_ns;
  }
  Launch launch = world.launch;
  launch.stop_at_baseline = options.stop_at_baseline;
  launch.padding = options.padding;
  Result<WorkerProcess> process = WorkerProcess::spawn(launch, requests);
  if (!process) return fail(process.error());
  return Worker{std::move(*scratch), std::move(*process)};
}

Result<std::string> locate_worker(const std::string& wanted) {
  return locate_program({"mlplan-worker", "MLPLAN_WORKER", "--worker"}, wanted);
}

Result<Launch> make_launch(const Options& options) {
  Result<std::string> worker = locate_worker(options.worker_path);
  if (!worker) return fail(worker.error());
  const std::string& folder = options.torch_library_folder;
  if (!folder.empty() && ::access((folder + "/libtorch_cpu.so").c_str(), R_OK) != 0) {
    return fail(ErrorKind::usage, "no libtorch_cpu.so in this folder", folder,
                "point --torch-lib or MLPLAN_TORCH_LIB at the folder lib of a libtorch");
  }
  Launch launch;
  launch.worker_path = std::move(*worker);
  launch.environment = options.environment;
  launch.cpus = options.cpus;
  launch.torch_library_folder = folder;
  return launch;
}

}  // namespace mlplan::bench
