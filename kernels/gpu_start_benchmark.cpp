// What a process pays once for a GPU: starting the driver and making a context, each time in a process that is new; and
// taking memory.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <string>

#include "kernels/gpu/device.h"
#include "kernels/gpu/gpu_error.h"
#include "kernels/gpu/memory.h"
#include "kernels/gpu_benchmarks.h"
#include "kernels/process_start.h"
#include "kernels/together.h"

namespace mlplan::kernels {

namespace {

constexpr int kStarts = 3;
constexpr int kAllocations = 10;

struct Start {
  double driver_ns = 0;
  double context_ns = 0;
};

// "123 456", as time_gpu_start writes it; anything else is a reason.
Start start_of(const std::string& said) {
  Start start;
  const char* const end = said.data() + said.size();
  const auto driver = std::from_chars(said.data(), end, start.driver_ns);
  if (driver.ec == std::errc() && driver.ptr != end && *driver.ptr == ' ') {
    const auto context = std::from_chars(driver.ptr + 1, end, start.context_ns);
    if (context.ec == std::errc() && context.ptr == end) return start;
  }
  throw gpu::GpuError("a new process could not use the GPU: " + said);
}

// One process gives both figures: whoever comes first in a repetition starts it.
const Start& started(const Settings& settings, int figure) {
  static Start start;
  static unsigned used = ~0U;
  if ((used & (1U << figure)) != 0) {
    const ProcessAnswer answer =
        ask_process(settings.self, {kTimeGpuStart, "--device=" + std::to_string(settings.device)});
    if (!answer.error.empty()) throw gpu::GpuError(answer.error);
    start = start_of(answer.out);
    used = 0;
  }
  used |= 1U << figure;
  return start;
}

TakeSample begin_allocation(Gpu&, std::int64_t bytes) {
  const gpu::DeviceMemory first(bytes);  // the first of a size takes longer
  return [bytes] {
    const std::int64_t begin = now_ns();
    const gpu::DeviceMemory memory(bytes);
    return Sample{static_cast<double>(std::max<std::int64_t>(now_ns() - begin, 1)), 1};
  };
}

Limit limit(const Gpu&) { return {{}, "not known: what this driver takes for any process"}; }

}  // namespace

int time_gpu_start(int device) {
  const std::int64_t begin = now_ns();
  const gpu::DeviceQuery query = gpu::query_device(device);
  const std::int64_t driver_ready = now_ns();
  if (!query.facts) {
    std::printf("%s", query.why_not.c_str());
    return 0;  // it has said what there is to say
  }
  try {
    const std::int64_t asked = now_ns();
    gpu::use_device(device);
    std::printf("%lld %lld", static_cast<long long>(driver_ready - begin), static_cast<long long>(now_ns() - asked));
  } catch (const gpu::GpuError& error) {
    std::printf("%s", error.what());
  }
  return 0;
}

void add_gpu_start_benchmarks(const Settings& settings) {
  add_gpu_benchmark(settings, {"start_driver", Figure::ns, kStarts,
                               [settings](Gpu&) -> TakeSample {
                                 return [settings] { return Sample{started(settings, 0).driver_ns, 1}; };
                               },
                               limit});
  add_gpu_benchmark(settings, {"start_context", Figure::ns, kStarts,
                               [settings](Gpu&) -> TakeSample {
                                 return [settings] { return Sample{started(settings, 1).context_ns, 1}; };
                               },
                               limit});
  for (const std::int64_t mebibytes : {1, 32, 1024}) {
    const std::int64_t bytes = mebibytes << 20;
    add_gpu_benchmark(settings, {"allocate/bytes:" + std::to_string(bytes), Figure::ns, kAllocations,
                                 [bytes](Gpu& gpu) { return begin_allocation(gpu, bytes); }, limit});
  }
}

}  // namespace mlplan::kernels
