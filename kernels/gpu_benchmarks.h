// The benchmarks of the subject "gpu": what they share. A name ends with the device: gpu/memory_copy/device:0.
#pragma once

#include <functional>
#include <string>

#include "kernels/benchmarks.h"
#include "kernels/gpu/device.h"
#include "kernels/gpu/isolated_timer.h"
#include "kernels/gpu/stream.h"

namespace mlplan::kernels {

// The one device that this process measures, with a context on it.
struct Gpu {
  gpu::DeviceFacts facts;
  gpu::Stream stream;
  gpu::IsolatedTimer timer;
};

using TakeSample = std::function<Sample()>;

struct GpuBenchmark {
  std::string what;  // "memory_copy"
  Figure figure = Figure::ns;
  int samples = 5;
  // Called before the first sample: takes memory, warms up. What it returns is called for each sample and let go after
  // the last. Both may throw GpuError, which ends the benchmark.
  std::function<TakeSample(Gpu&)> begin;
  std::function<Limit(Gpu&)> limit;
};
void add_gpu_benchmark(const Settings& settings, GpuBenchmark benchmark);

inline constexpr const char* kGateTimedOut =
    "the gate opened by itself: launches are serialised (CUDA_LAUNCH_BLOCKING=1, a profiler), or the queue is full";

// Work done over and over for a third of a second, at least three times: clocks rise slowly, and the first call of all
// loads code. `queue` queues some of it on the stream.
void warm_up(const Gpu& gpu, const std::function<void()>& queue);

void add_gpu_copy_benchmarks(const Settings& settings);
void add_gpu_memory_benchmarks(const Settings& settings);
void add_gpu_gemm_benchmarks(const Settings& settings);
void add_gpu_launch_benchmarks(const Settings& settings);
void add_gpu_start_benchmarks(const Settings& settings);

}  // namespace mlplan::kernels
