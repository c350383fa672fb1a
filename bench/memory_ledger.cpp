#include "bench/memory_ledger.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "bench/statistics.h"

namespace mlplan::bench {
namespace {

constexpr const char* kRows[] = {"baseline", "framework", "after_load",   "load_peak", "first_inference",
                                 "steady",   "ready",     "sampled_peak", "peak"};

constexpr int kReleaseLooks = 20;
constexpr useconds_t kReleaseEvery_us = 50'000;

Result<ProcessMemory> look(const WorkerProcess& process) {
  if (const auto memory = read_memory(process.pid())) return *memory;
  return fail(ErrorKind::not_measured, "the kernel does not tell the memory of a process", "/proc/PID/smaps_rollup",
              "a kernel from 4.14 on with CONFIG_PROC_PAGE_MONITOR is needed");
}

Result<worker::Reply> ask(const World& world, Worker& worker, const char* verb, std::int64_t warm_up_cap_ns) {
  worker::Request request = world.request(verb, world.cold_threads, worker.scratch.path());
  request.warm_up.cap_ns = warm_up_cap_ns;
  if (Status sent = worker.process.send(request); !sent) return fail(sent.error());
  return worker.process.await(world.limits);
}

std::optional<std::int64_t> used_memory(const World& world) {
  const std::optional<gpu::ManagedMemory> memory = world.gpu_memory();
  if (!memory) return std::nullopt;
  return memory->used;
}

// One row's samples of a figure of the GPU that not every pass has.
std::optional<Stat> on_gpu(const std::vector<LedgerPass>& passes, const std::string& barrier,
                           std::optional<std::int64_t> (*figure)(const GpuPass&, const std::string&)) {
  std::vector<double> samples;
  for (const LedgerPass& pass : passes) {
    if (const auto value = pass.gpu.at.contains(barrier) ? figure(pass.gpu, barrier) : std::nullopt)
      samples.push_back(static_cast<double>(*value));
  }
  if (samples.empty()) return std::nullopt;
  return summarise(samples);
}

// The driver takes back what a process had only some time after its end. Whether others came, went or changed
// meanwhile.
bool await_release(const World& world, const Processes& before) {
  if (world.load.device == "cpu") return false;
  for (int look = 0; look < kReleaseLooks; ++look) {
    if (!disturbed_between(before, world.gpu_processes())) return false;
    ::usleep(kReleaseEvery_us);
  }
  return disturbed_between(before, world.gpu_processes());
}

}  // namespace

Result<LedgerPass> take_ledger_pass(const World& world, std::int64_t warm_up_cap_ns) {
  SpawnOptions spawn;
  spawn.threads = world.cold_threads;
  spawn.stop_at_baseline = true;
  LedgerPass out;
  out.gpu.before = world.gpu_memory();
  const Processes before = world.gpu_processes();
  Result<Worker> worker = spawn_worker(world, spawn);
  if (!worker) return fail(worker.error());
  WorkerProcess& process = worker->process;

  if (Status stopped = process.wait_stopped(world.limits); !stopped) return fail(stopped.error());
  const auto record = [&](const char* name) -> Status {
    const Result<ProcessMemory> memory = look(process);
    if (!memory) return fail(memory.error());
    out.at[name] = *memory;
    out.peak = std::max({out.peak, memory->rss, read_peak_rss(process.pid()).value_or(0)});
    return {};
  };
  if (Status done = record("baseline"); !done) return fail(done.error());
  process.resume();
  const struct {
    const char* verb;
    const char* name;
  } steps[] = {{"start", "framework"}, {"load", "after_load"}, {"first", "first_inference"}, {"warm_up", "steady"}};
  for (const auto& step : steps) {
    reset_peak_rss(process.pid());
    if (const Result<worker::Reply> reply = ask(world, *worker, step.verb, warm_up_cap_ns); !reply)
      return fail(reply.error());
    if (std::string_view(step.verb) == "load") out.load_peak = read_peak_rss(process.pid()).value_or(0);
    if (Status done = record(step.name); !done) return fail(done.error());
    if (world.load.device == "cpu") continue;
    const Result<worker::Reply> device = ask(world, *worker, "device_memory", warm_up_cap_ns);
    if (!device) return fail(device.error());
    out.gpu.at[step.name] = {device->device_memory, used_memory(world)};
  }
  out.gpu.told = bytes_of_worker(process.pid(), before, world.gpu_processes());
  const Result<worker::Reply> quality = ask(world, *worker, "quality", warm_up_cap_ns);
  if (!quality) return fail(quality.error());
  out.output_digest = quality->quality.digest;
  out.gpu.used_at_end = used_memory(world);
  process.finish();
  out.gpu.disturbed = await_release(world, before);
  out.gpu.used_after = used_memory(world);
  return out;
}

Result<MarginalPass> take_marginal_pass(const World& world, std::int64_t count, std::int64_t warm_up_cap_ns) {
  std::vector<Worker> workers;
  workers.reserve(static_cast<std::size_t>(count));
  MarginalPass out;
  double before = 0;
  std::optional<std::int64_t> used_before = used_memory(world);
  for (std::int64_t i = 0; i < count; ++i) {
    SpawnOptions spawn;
    spawn.threads = world.cold_threads;
    spawn.verbs = {"cold_start", "warm_up"};
    spawn.warm_up_cap_ns = warm_up_cap_ns;
    Result<Worker> worker = spawn_worker(world, spawn);
    if (!worker) return fail(worker.error());
    for (int reply = 0; reply < 2; ++reply) {
      if (const Result<worker::Reply> got = worker->process.await(world.limits); !got) return fail(got.error());
    }
    workers.push_back(std::move(*worker));
    double sum = 0;
    for (const Worker& each : workers) {
      const Result<ProcessMemory> memory = look(each.process);
      if (!memory) return fail(memory.error());
      sum += static_cast<double>(memory->pss);
    }
    out.pss.push_back(sum - before);
    before = sum;
    const std::optional<std::int64_t> used = used_memory(world);
    if (used && used_before) out.gpu.push_back(static_cast<double>(*used - *used_before));
    used_before = used;
  }
  return out;
}

Result<MemoryByDim> take_by_dim(const World& world, const std::string& dim, const std::vector<std::int64_t>& values) {
  MemoryByDim out;
  out.dim = dim;
  SpawnOptions spawn;
  spawn.threads = world.cold_threads;
  spawn.verbs = {"cold_start"};
  Result<Worker> worker = spawn_worker(world, spawn);
  if (!worker) return fail(worker.error());
  if (const Result<worker::Reply> reply = worker->process.await(world.limits); !reply) return fail(reply.error());
  for (const std::int64_t value : values) {
    worker::Request request = world.request("measure", world.cold_threads, worker->scratch.path());
    request.measure.input = world.input;
    request.measure.input.dims[dim] = value;
    request.measure.untimed = 2;
    request.measure.min_time_ns = 0;
    request.measure.min_count = 2;
    request.measure.max_count = 2;
    reset_peak_rss(worker->process.pid());
    if (Status sent = worker->process.send(request); !sent) return fail(sent.error());
    const Result<worker::Reply> reply = worker->process.await_with_failure(world.limits);
    if (!reply) {
      if (reply.error().kind == ErrorKind::interrupted) return fail(reply.error());
      break;  // too large for the memory limit, say: what fitted is the answer
    }
    if (reply->failure) break;
    out.values.push_back(value);
    out.peak_rss.push_back(static_cast<double>(read_peak_rss(worker->process.pid()).value_or(0)));
  }
  worker->process.finish();
  fit_line(out);
  return out;
}

void fit_line(MemoryByDim& out) {
  const std::size_t n = out.values.size();
  if (n < 2) return;
  double mean_x = 0;
  double mean_y = 0;
  for (std::size_t i = 0; i < n; ++i) {
    mean_x += static_cast<double>(out.values[i]) / static_cast<double>(n);
    mean_y += out.peak_rss[i] / static_cast<double>(n);
  }
  double xx = 0;
  double xy = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double x = static_cast<double>(out.values[i]) - mean_x;
    xx += x * x;
    xy += x * (out.peak_rss[i] - mean_y);
  }
  if (xx == 0) return;
  const double slope = xy / xx;
  out.bytes_per_unit = slope;
  out.bytes_fixed = mean_y - slope * mean_x;
  double residual = 0;
  for (std::size_t i = 0; i < n; ++i) {
    residual =
        std::max(residual, std::abs(out.peak_rss[i] - *out.bytes_fixed - slope * static_cast<double>(out.values[i])));
  }
  out.residual = residual;
}

MemoryReport assemble_memory(const std::vector<LedgerPass>& passes, const std::vector<MarginalPass>& marginal,
                             const std::vector<double>& peaks, std::vector<MemoryByDim> by_dim,
                             const std::string& gpu_not_seen) {
  MemoryReport out;
  for (const char* name : kRows) {
    if (passes.empty()) break;
    std::vector<double> rss;
    std::vector<double> pss;
    std::vector<double> private_bytes;
    for (const LedgerPass& pass : passes) {
      if (std::string_view(name) == "load_peak") {
        if (pass.load_peak > 0) rss.push_back(static_cast<double>(pass.load_peak));
      } else if (std::string_view(name) == "peak") {
        if (pass.peak > 0) rss.push_back(static_cast<double>(pass.peak));
      } else if (const auto found = pass.at.find(name); found != pass.at.end()) {
        rss.push_back(static_cast<double>(found->second.rss));
        pss.push_back(static_cast<double>(found->second.pss));
        private_bytes.push_back(static_cast<double>(found->second.private_bytes));
      }
    }
    if (rss.empty()) continue;
    LedgerRow row;
    row.at = name;
    row.rss = summarise(rss);
    row.pss = summarise(pss);
    row.private_bytes = summarise(private_bytes);
    row.gpu = on_gpu(passes, name, [](const GpuPass& pass, const std::string& at) {
      return std::optional(pass.at.at(at).told_by_worker.in_use);
    });
    row.gpu_process = on_gpu(passes, name, [](const GpuPass& pass, const std::string& at) {
      return pass.disturbed ? std::nullopt : growth_at(pass, at);
    });
    row.gpu_allocated = on_gpu(passes, name, [](const GpuPass& pass, const std::string& at) {
      return std::optional(pass.at.at(at).told_by_worker.allocated);
    });
    row.gpu_reserved = on_gpu(passes, name, [](const GpuPass& pass, const std::string& at) {
      return std::optional(pass.at.at(at).told_by_worker.reserved);
    });
    out.ledger.push_back(std::move(row));
  }
  out.peak_rss = summarise(peaks);
  std::size_t most = 0;
  for (const MarginalPass& pass : marginal) most = std::max(most, pass.pss.size());
  for (std::size_t k = 0; k < most; ++k) {
    std::vector<double> added;
    std::vector<double> added_on_gpu;
    for (const MarginalPass& pass : marginal) {
      if (k < pass.pss.size()) added.push_back(pass.pss[k]);
      if (k < pass.gpu.size()) added_on_gpu.push_back(pass.gpu[k]);
    }
    out.marginal.push_back({static_cast<std::int64_t>(k + 1), summarise(added)});
    if (!added_on_gpu.empty()) out.marginal.back().gpu = summarise(added_on_gpu);
  }
  if (out.marginal.size() >= 2) out.marginal_worker = out.marginal[1].added;
  out.by_dim = std::move(by_dim);
  std::vector<GpuPass> on_gpu_passes;
  for (const LedgerPass& pass : passes) on_gpu_passes.push_back(pass.gpu);
  std::vector<std::vector<double>> growths;
  for (const MarginalPass& pass : marginal) growths.push_back(pass.gpu);
  out.gpu = assemble_gpu_memory(on_gpu_passes, growths, gpu_not_seen);
  return out;
}

}  // namespace mlplan::bench
