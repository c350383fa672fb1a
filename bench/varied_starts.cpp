#include "bench/varied_starts.h"

#include "bench/statistics.h"

namespace mlplan::bench {

std::vector<VariedSamples> plan_varied(const Options& options) {
  std::vector<VariedSamples> out;
  for (const auto& [variable, values] : options.vary) {
    for (const std::string& value : values) out.push_back({.variable = variable, .value = value});
  }
  return out;
}

Status take_varied(const World& world, std::uint64_t padding, VariedSamples& varied) {
  World other = world;
  other.launch.environment[varied.variable] = varied.value;
  const std::optional<gpu::ManagedMemory> before = world.gpu_memory();
  const auto afterwards = [&](Worker& worker, const ColdSample&) -> Status {
    if (const auto now = before ? world.gpu_memory() : std::nullopt)
      varied.gpu.push_back(static_cast<double>(now->used - before->used));
    if (world.load.device == "cpu") return {};
    // CUDA is started by now: this only tells how.
    if (Status sent = worker.process.send(other.request("start", other.cold_threads, worker.scratch.path())); !sent)
      return sent;
    const Result<worker::Reply> started = worker.process.await(world.limits);
    if (!started) return fail(started.error());
    varied.module_loading = started->build.cuda_module_loading;
    return {};
  };
  Result<ColdSample> sample = take_cold_sample(CacheState::warm, other, padding, 0, afterwards);
  if (!sample) return fail(sample.error());
  varied.samples.push_back(std::move(*sample));
  return {};
}

VariedStarts assemble_varied(const VariedSamples& varied, std::int64_t model_bytes, const MachineLimits& limits) {
  ColdStartState state = assemble_state(CacheState::warm, varied.samples, model_bytes, limits);
  VariedStarts out;
  out.variable = varied.variable;
  out.value = varied.value;
  out.time_to_first_result = std::move(state.time_to_first_result);
  out.unattributed = std::move(state.unattributed);
  out.phases = std::move(state.phases);
  out.module_loading = varied.module_loading;
  if (!varied.gpu.empty()) out.gpu = summarise(varied.gpu);
  out.rejected = state.rejected;
  out.gpu_slowed = state.gpu_slowed;
  return out;
}

}  // namespace mlplan::bench
