// The same kernel by the two ways in which times are taken on a GPU: two events around it, and the same behind a gate
// from an empty L2 cache. Of a kernel that takes milliseconds and reads more than any cache holds they should agree.
#include <algorithm>
#include <cstdio>
#include <vector>

#include "kernels/gpu/device_loops.h"
#include "kernels/gpu/event.h"
#include "kernels/gpu/gpu_error.h"
#include "kernels/gpu/isolated_timer.h"
#include "kernels/gpu/memory.h"
#include "kernels/gpu/random_normal.h"
#include "kernels/gpu_benchmarks.h"

namespace mlplan::kernels {

namespace {

constexpr int kSamples = 31;

double median_of(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

void compare(const gpu::DeviceFacts& facts) {
  gpu::use_device(facts.device);
  Gpu gpu{facts, gpu::Stream(), gpu::IsolatedTimer(facts.l2_bytes)};
  const std::int64_t bytes = gpu::array_bytes(facts.memory_bytes, facts.l2_bytes);
  if (bytes == 0) throw gpu::GpuError("the memory is too small for three arrays of 16 times the L2 cache");
  const gpu::DeviceMemory a(bytes), b(bytes), c(bytes);
  const std::int64_t count = bytes / static_cast<std::int64_t>(sizeof(float));
  gpu::fill_normal(gpu::Element::f32, b.get(), count, 1, gpu.stream.get());
  gpu::fill_normal(gpu::Element::f32, c.get(), count, 2, gpu.stream.get());
  const auto queue = [&](cudaStream_t stream) {
    gpu::launch_triad(a.as<float>(), b.as<float>(), c.as<float>(), 3, count, facts.multiprocessors, stream);
  };
  warm_up(gpu, [&] { queue(gpu.stream.get()); });
  gpu::Event begin, end;
  std::vector<double> by_events;
  std::vector<double> isolated;
  for (int i = 0; i < kSamples; ++i) {  // in turns: what drifts drifts for both
    begin.record(gpu.stream.get());
    queue(gpu.stream.get());
    end.record(gpu.stream.get());
    end.wait();
    by_events.push_back(end.ns_since(begin));
    const gpu::IsolatedTime time = gpu.timer.time(gpu.stream, queue);
    if (!time.valid) throw gpu::GpuError(kGateTimedOut);
    isolated.push_back(time.device_ns);
  }
  std::printf("{\"kernel\": \"triad\", \"bytes\": %lld, \"events_ns\": %.0f, \"isolated_ns\": %.0f}\n",
              static_cast<long long>(3 * bytes), median_of(by_events), median_of(isolated));
}

}  // namespace

int compare_gpu_timers(int device) {
  try {
    const gpu::DeviceQuery query = gpu::query_device(device);
    if (!query.facts) throw gpu::GpuError(query.why_not);
    compare(*query.facts);
    return 0;
  } catch (const gpu::GpuError& error) {
    std::fprintf(stderr, "mlplan-kernels: %s\n", error.what());
    return 3;
  }
}

}  // namespace mlplan::kernels
