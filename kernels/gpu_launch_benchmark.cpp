// What it costs to start a kernel that does nothing: the host's part, the device's, and the way there and back.
#include <string>

#include "kernels/gpu/device_loops.h"
#include "kernels/gpu_benchmarks.h"
#include "kernels/together.h"

namespace mlplan::kernels {

namespace {

constexpr int kSamples = 5;
constexpr int kLaunches = 500;  // less than the queue holds, about 1,000
constexpr int kRoundTrips = 200;

void queue_all(cudaStream_t stream) {
  for (int i = 0; i < kLaunches; ++i) gpu::launch_nothing(stream);
}

TakeSample begin_enqueue(Gpu& gpu) {
  warm_up(gpu, [&] { queue_all(gpu.stream.get()); });
  return [&gpu] {
    gpu.stream.synchronize();
    const std::int64_t begin = now_ns();
    queue_all(gpu.stream.get());
    const std::int64_t end = now_ns();
    gpu.stream.synchronize();
    return Sample{static_cast<double>(end - begin), kLaunches};
  };
}

TakeSample begin_round_trip(Gpu& gpu) {
  warm_up(gpu, [&] { queue_all(gpu.stream.get()); });
  return [&gpu] {
    const std::int64_t begin = now_ns();
    for (int i = 0; i < kRoundTrips; ++i) {
      gpu::launch_nothing(gpu.stream.get());
      gpu.stream.synchronize();
    }
    return Sample{static_cast<double>(now_ns() - begin), kRoundTrips};
  };
}

TakeSample begin_device(Gpu& gpu) {
  warm_up(gpu, [&] { queue_all(gpu.stream.get()); });
  return [&gpu]() -> Sample {
    const gpu::IsolatedTime time = gpu.timer.time(gpu.stream, queue_all);
    if (!time.valid) return {0, 1, kGateTimedOut};
    return {time.device_ns, kLaunches};
  };
}

Limit limit(const Gpu&) { return {{}, "not known: what driver and card take for any kernel"}; }

}  // namespace

void add_gpu_launch_benchmarks(const Settings& settings) {
  add_gpu_benchmark(settings, {"launch_enqueue", Figure::ns, kSamples, begin_enqueue, limit});
  add_gpu_benchmark(settings, {"launch_round_trip", Figure::ns, kSamples, begin_round_trip, limit});
  add_gpu_benchmark(settings, {"launch_device", Figure::ns, kSamples, begin_device, limit});
}

}  // namespace mlplan::kernels
