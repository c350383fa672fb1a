// Bandwidth of the GPU's own memory, bytes counted as STREAM does.
#include <algorithm>
#include <map>
#include <memory>

#include "kernels/gpu/data_sheet.h"
#include "kernels/gpu/device_loops.h"
#include "kernels/gpu/gpu_error.h"
#include "kernels/gpu/memory.h"
#include "kernels/gpu/random_normal.h"
#include "kernels/gpu_benchmarks.h"

namespace mlplan::kernels {

namespace {

constexpr int kSamples = 5;
constexpr int kPasses = 10;  // of a sample: milliseconds

enum class Loop { read, write, copy, triad };

struct LoopFacts {
  Loop loop;
  const char* name;
  int arrays;  // that count
};
constexpr LoopFacts kLoops[] = {{Loop::read, "memory_read", 1},
                                {Loop::write, "memory_write", 1},
                                {Loop::copy, "memory_copy", 2},
                                {Loop::triad, "memory_triad", 3}};

std::int64_t bytes_of_array(const gpu::DeviceFacts& facts) {
  const std::int64_t bytes = gpu::array_bytes(facts.memory_bytes, facts.l2_bytes);
  if (bytes == 0) throw gpu::GpuError("the memory is too small for three arrays of 16 times the L2 cache");
  return bytes;
}

struct Arrays {
  explicit Arrays(const Gpu& gpu)
      : bytes(bytes_of_array(gpu.facts)),
        a(bytes),
        b(bytes),
        c(bytes),
        sums(std::int64_t{gpu::threads_of(gpu.facts.multiprocessors)} * static_cast<std::int64_t>(sizeof(float))) {
    const std::int64_t count = bytes / static_cast<std::int64_t>(sizeof(float));
    for (const auto& [array, seed] : {std::pair{&a, 1U}, {&b, 2U}, {&c, 3U}})
      gpu::fill_normal(gpu::Element::f32, array->get(), count, seed, gpu.stream.get());
    gpu.stream.synchronize();
  }
  std::int64_t bytes;
  gpu::DeviceMemory a, b, c, sums;

  void queue(Loop loop, const Gpu& gpu) const {
    const std::int64_t count = bytes / static_cast<std::int64_t>(sizeof(float));
    const int multiprocessors = gpu.facts.multiprocessors;
    cudaStream_t stream = gpu.stream.get();
    switch (loop) {
      case Loop::read: return gpu::launch_read(a.as<float>(), count, sums.as<float>(), multiprocessors, stream);
      case Loop::write: return gpu::launch_write(a.as<float>(), count, 1, multiprocessors, stream);
      case Loop::copy: return gpu::copy(a.get(), b.get(), bytes, stream);
      case Loop::triad:
        return gpu::launch_triad(a.as<float>(), b.as<float>(), c.as<float>(), 3, count, multiprocessors, stream);
    }
  }
};

TakeSample begin(Gpu& gpu, const LoopFacts& facts) {
  const auto arrays = std::make_shared<Arrays>(gpu);
  warm_up(gpu, [&] { arrays->queue(facts.loop, gpu); });
  return [&gpu, arrays, facts]() -> Sample {
    const gpu::IsolatedTime time = gpu.timer.time(gpu.stream, [&](cudaStream_t) {
      for (int i = 0; i < kPasses; ++i) arrays->queue(facts.loop, gpu);
    });
    if (!time.valid) return {0, 1, kGateTimedOut};
    return {time.device_ns, static_cast<double>(kPasses) * facts.arrays * static_cast<double>(arrays->bytes)};
  };
}

Limit limit(Gpu& gpu) {
  if (const auto sheet = gpu::data_sheet_of(gpu.facts.name)) return {sheet->memory_bytes_per_s, "the data sheet"};
  if (gpu.facts.memory_bytes_per_s > 0)
    return {gpu.facts.memory_bytes_per_s, "the memory's clock and the width of its bus, two transfers a cycle"};
  return {{}, "not known: the driver shows neither clock nor bus of the memory"};
}

}  // namespace

void add_gpu_memory_benchmarks(const Settings& settings) {
  for (const LoopFacts& facts : kLoops) {
    add_gpu_benchmark(
        settings, {facts.name, Figure::bytes_per_s, kSamples, [facts](Gpu& gpu) { return begin(gpu, facts); }, limit});
  }
}

}  // namespace mlplan::kernels
