#include "kernels/gpu_benchmarks.h"

#include <chrono>
#include <memory>
#include <utility>

#include "kernels/gpu/gpu_error.h"

namespace mlplan::kernels {

namespace {

constexpr std::chrono::milliseconds kWarmUp{300};
constexpr int kLeastRuns = 3;

// Asked once: which device a process measures does not change.
const gpu::DeviceQuery& queried(int device) {
  static const gpu::DeviceQuery query = gpu::query_device(device);
  return query;
}

Gpu& gpu_in_use(int device) {
  const gpu::DeviceQuery& query = queried(device);
  if (!query.facts) throw gpu::GpuError(query.why_not);
  static Gpu in_use = [&] {
    gpu::use_device(device);
    return Gpu{*query.facts, gpu::Stream(), gpu::IsolatedTimer(query.facts->l2_bytes)};
  }();
  return in_use;
}

}  // namespace

void add_gpu_benchmark(const Settings& settings, GpuBenchmark benchmark) {
  const int device = settings.device;
  // What cannot be done need not be said for every sample.
  const int samples = queried(device).facts ? benchmark.samples : 1;
  struct Running {
    TakeSample sample;
    int left = 0;
  };
  const auto running = std::make_shared<Running>();
  const auto take = [running, samples, device, begin = std::move(benchmark.begin)]() -> Sample {
    try {
      if (!running->sample) *running = {begin(gpu_in_use(device)), samples};
      const Sample sample = running->sample();
      if (--running->left == 0) running->sample = nullptr;
      return sample;
    } catch (const gpu::GpuError& error) {
      running->sample = nullptr;
      return {0, 1, error.what()};
    }
  };
  const auto limit = [device, asked = std::move(benchmark.limit)]() -> Limit {
    try {
      return asked(gpu_in_use(device));
    } catch (const gpu::GpuError& error) {
      return {{}, std::string("not known: ") + error.what()};
    }
  };
  add_benchmark("gpu/" + benchmark.what + "/device:" + std::to_string(device), benchmark.figure, samples, take, limit);
}

void warm_up(const Gpu& gpu, const std::function<void()>& queue) {
  const auto end = std::chrono::steady_clock::now() + kWarmUp;
  for (int runs = 0; runs < kLeastRuns || std::chrono::steady_clock::now() < end; ++runs) {
    queue();
    gpu.stream.synchronize();
  }
}

void add_gpu_benchmarks(const Settings& settings) {
  if (const auto& facts = queried(settings.device).facts) {
    benchmark::AddCustomContext("gpu_device", std::to_string(facts->device));
    benchmark::AddCustomContext("gpu_name", facts->name);
    benchmark::AddCustomContext("gpu_pci_bus_id", facts->pci_bus_id);
    benchmark::AddCustomContext("gpu_driver", facts->driver_version);
    benchmark::AddCustomContext("gpu_runtime", facts->runtime_version);
    benchmark::AddCustomContext("gpu_compute_capability", gpu::compute_capability_text(facts->compute_capability));
    benchmark::AddCustomContext("gpu_multiprocessors", std::to_string(facts->multiprocessors));
    benchmark::AddCustomContext("gpu_memory_bytes", std::to_string(facts->memory_bytes));
    benchmark::AddCustomContext("gpu_l2_bytes", std::to_string(facts->l2_bytes));
  }
  add_gpu_copy_benchmarks(settings);
  add_gpu_memory_benchmarks(settings);
  add_gpu_gemm_benchmarks(settings);
  add_gpu_launch_benchmarks(settings);
  add_gpu_start_benchmarks(settings);
}

}  // namespace mlplan::kernels
