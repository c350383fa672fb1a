#include "bench/gpu_memory.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "bench/statistics.h"

namespace mlplan::bench {
namespace {

constexpr double kKeptFree = 0.05;  // of the memory that is free, since no two runs take the same

using Parts = std::array<std::vector<double>, std::size(kGpuMemoryParts)>;

double as_double(std::int64_t value) { return static_cast<double>(value); }

// One sample of each part that this pass can tell, in the order of kGpuMemoryParts.
void add_parts(const GpuPass& pass, Parts& parts) {
  const auto framework = pass.at.find("framework");
  const auto loaded = pass.at.find("after_load");
  const auto steady = pass.at.find("steady");
  if (framework == pass.at.end() || loaded == pass.at.end() || steady == pass.at.end()) return;
  const worker::DeviceMemory& last = steady->second.told_by_worker;
  const std::optional<std::int64_t> first = growth_at(pass, "framework");
  const std::optional<std::int64_t> process = growth_at(pass, "steady");
  if (first && process) {
    const std::int64_t context = *first - framework->second.told_by_worker.reserved;
    parts[0].push_back(as_double(context));
    parts[1].push_back(as_double(*process - last.reserved - context));
  }
  // An inference's peak may lie below what is held now, where nothing was run since: then it took no more than that.
  const std::int64_t peak = std::clamp(last.peak_allocated, last.allocated, last.reserved);
  parts[2].push_back(as_double(loaded->second.told_by_worker.allocated));
  parts[3].push_back(as_double(last.allocated - loaded->second.told_by_worker.allocated));
  parts[4].push_back(as_double(peak - last.allocated));
  parts[5].push_back(as_double(last.reserved - peak));
}

std::optional<Stat> stat_of(const std::vector<double>& samples) {
  if (samples.empty()) return std::nullopt;
  return summarise(samples);
}

// A further worker may take more than the first.
std::optional<std::int64_t> how_many_fit(const std::vector<const GpuPass*>& passes, double each,
                                         const std::vector<std::vector<double>>& marginal) {
  for (const std::vector<double>& pass : marginal) {
    for (const double worker : pass) each = std::max(each, worker);
  }
  std::optional<std::int64_t> free;
  for (const GpuPass* pass : passes) {
    if (pass->before) free = std::min(free.value_or(pass->before->free), pass->before->free);
  }
  if (!(each > 0) || !free) return std::nullopt;
  return static_cast<std::int64_t>(std::floor((1 - kKeptFree) * as_double(*free) / each));
}

}  // namespace

std::optional<std::int64_t> growth_at(const GpuPass& pass, const std::string& barrier) {
  const auto found = pass.at.find(barrier);
  if (!pass.before || found == pass.at.end() || !found->second.used) return std::nullopt;
  return *found->second.used - pass.before->used;
}

std::optional<std::int64_t> bytes_of_worker(std::int64_t pid, const Processes& before, const Processes& now) {
  if (!now) return std::nullopt;
  // In a container its number may be that of another process outside, which was there before.
  const bool is_taken = before && std::ranges::find(*before, pid, &gpu::ManagedProcess::pid) != before->end();
  const auto own = std::ranges::find(*now, pid, &gpu::ManagedProcess::pid);
  if (own != now->end() && !is_taken) return own->bytes;
  if (!before) return std::nullopt;
  const gpu::ManagedProcess* fresh = nullptr;
  for (const gpu::ManagedProcess& process : *now) {
    if (std::ranges::find(*before, process.pid, &gpu::ManagedProcess::pid) != before->end()) continue;
    if (fresh != nullptr) return std::nullopt;  // which of them it is nobody can tell
    fresh = &process;
  }
  return fresh == nullptr ? std::nullopt : fresh->bytes;
}

bool disturbed_between(const Processes& before, const Processes& after) {
  if (!before || !after) return false;
  if (before->size() != after->size()) return true;
  return std::ranges::any_of(*before, [&](const gpu::ManagedProcess& process) {
    const auto still = std::ranges::find(*after, process.pid, &gpu::ManagedProcess::pid);
    return still == after->end() || still->bytes != process.bytes;
  });
}

std::optional<GpuMemory> assemble_gpu_memory(const std::vector<GpuPass>& passes,
                                             const std::vector<std::vector<double>>& marginal,
                                             const std::string& not_seen) {
  GpuMemory out;
  std::vector<const GpuPass*> good;
  for (const GpuPass& pass : passes) {
    if (pass.at.empty()) continue;
    if (pass.disturbed) {
      ++out.disturbed;
    } else {
      good.push_back(&pass);
    }
  }
  if (good.empty() && out.disturbed == 0) return std::nullopt;
  Parts parts;
  std::vector<double> process;
  std::vector<double> told;
  std::vector<double> given_back;
  std::vector<double> off;  // of each pass, what is told or given back from its growth
  std::vector<double> holes;
  for (const GpuPass* pass : good) {
    add_parts(*pass, parts);
    if (const auto steady = pass->at.find("steady"); steady != pass->at.end())
      holes.push_back(as_double(steady->second.told_by_worker.holes));
    if (pass->told) told.push_back(as_double(*pass->told));
    const std::optional<std::int64_t> grown = growth_at(*pass, "steady");
    if (!grown) continue;
    process.push_back(as_double(*grown));
    const bool ended = pass->used_at_end && pass->used_after;
    if (ended) given_back.push_back(as_double(*pass->used_at_end - *pass->used_after));
    if (pass->told) {
      off.push_back(std::abs(as_double(*pass->told - *grown)));
    } else if (ended) {
      off.push_back(std::abs(as_double(pass->before->used - *pass->used_after)));
    }
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!parts[i].empty()) out.parts.push_back({kGpuMemoryParts[i], summarise(parts[i])});
  }
  out.process = summarise(process);
  out.holes = stat_of(holes);
  out.told = stat_of(told);
  out.given_back = stat_of(given_back);
  if (out.process.n == 0) {
    out.not_seen = !not_seen.empty()   ? not_seen
                   : out.disturbed > 0 ? "other processes came or went on the GPU in every pass"
                                       : "NVML does not tell the device's memory";
    return out;
  }
  if (!off.empty() && out.process.median > 0) out.disagreement = summarise(off).median / out.process.median;
  out.fits = how_many_fit(good, out.process.max, marginal);
  return out;
}

}  // namespace mlplan::bench
