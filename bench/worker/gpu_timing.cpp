#include "bench/worker/gpu_timing.h"

#include <algorithm>
#include <optional>

#include "profiles/support/units.h"

namespace mlplan::worker {

namespace {

constexpr int kL2CacheSize = 38;  // cudaDevAttrL2CacheSize
constexpr std::int64_t kLeastFlush = std::int64_t{64} << 20;
constexpr std::int64_t kLimitTimes = 20;
constexpr std::int64_t kLeastLimitNs = 50'000'000;
constexpr std::int64_t kMostLimitNs = 2'000'000'000;

// Memory of the device that is written over what its L2 cache holds. Given back at once: the model may need it.
class L2Flush {
 public:
  explicit L2Flush(const CudaRuntime& cuda) : cuda_(cuda) {
    int device = 0;
    int l2_bytes = 0;
    require_success(cuda_, cuda_.get_device(&device), "cudaGetDevice");
    require_success(cuda_, cuda_.device_attribute(&l2_bytes, kL2CacheSize, device), "cudaDeviceGetAttribute");
    bytes_ = static_cast<std::size_t>(std::max(2 * std::int64_t{l2_bytes}, kLeastFlush));
    require_success(cuda_, cuda_.device_alloc(&memory_, bytes_), "cudaMalloc");
  }
  L2Flush(const L2Flush&) = delete;
  L2Flush& operator=(const L2Flush&) = delete;
  ~L2Flush() { cuda_.device_free(memory_); }

  void run(void* stream) {
    require_success(cuda_, cuda_.memset_async(memory_, 0, bytes_, stream), "cudaMemsetAsync");
    require_success(cuda_, cuda_.stream_synchronize(stream), "cudaStreamSynchronize");
  }

 private:
  const CudaRuntime& cuda_;
  void* memory_ = nullptr;
  std::size_t bytes_ = 0;
};

// Both, or neither and why.
struct Isolation {
  std::optional<L2Flush> flush = {};
  std::optional<StreamGate> gate = {};
};

std::string prepare(const CudaRuntime& cuda, WaitValue wait, Isolation& isolation) {
  if (wait == nullptr) return "the driver cannot hold a stream back (no cuStreamWaitValue32)";
  try {
    isolation.flush.emplace(cuda);
    isolation.gate.emplace(cuda, wait);
    return {};
  } catch (const CudaError& error) {
    return std::string("there is no room for what it takes: ") + error.what();
  }
}

std::string why_it_timed_out(std::int64_t limit_ns) {
  return "not all of its work could be queued while it was held back, for " +
         format_duration(static_cast<double>(limit_ns)) +
         ": it waits for the GPU within a call (.item(), a boolean mask, memory that is taken), queues more than the "
         "driver holds, or launches are serialised (CUDA_LAUNCH_BLOCKING, a profiler)";
}

// nullopt: the gate could not be shut, and why; the time says nothing where it has timed out.
std::optional<std::int64_t> one_by_itself(const CudaRuntime& cuda, const GpuWork& work, Isolation& isolation,
                                          DeviceTimer& timer, std::int64_t limit_ns, std::string& why) {
  isolation.flush->run(work.stream);
  try {
    isolation.gate->shut(work.stream, std::chrono::nanoseconds(limit_ns));
  } catch (const CudaError& error) {
    why = error.what();
    return std::nullopt;
  }
  try {
    timer.begin(work.stream);
    work.queue();
    timer.end(work.stream);
  } catch (...) {
    isolation.gate->open();  // or the device would stand still until the limit
    cuda.stream_synchronize(work.stream);
    throw;
  }
  isolation.gate->open();
  const std::int64_t ns = timer.wait_ns();
  work.done();
  if (!isolation.gate->timed_out()) return ns;
  why = why_it_timed_out(limit_ns);
  return std::nullopt;
}

void isolate(const CudaRuntime& cuda, WaitValue wait, const GpuWork& work, std::int64_t samples, DeviceTimer& timer,
             Measured& out) {
  Isolation isolation;
  out.not_isolated = prepare(cuda, wait, isolation);
  const std::int64_t limit_ns = std::clamp(kLimitTimes * work.expected_ns, kLeastLimitNs, kMostLimitNs);
  for (std::int64_t i = 0; i < samples && out.not_isolated.empty(); ++i) {
    if (const auto ns = one_by_itself(cuda, work, isolation, timer, limit_ns, out.not_isolated))
      out.isolated_ns.push_back(*ns);
    else
      out.isolated_ns.clear();
  }
}

}  // namespace

void time_on_gpu(const CudaRuntime& cuda, WaitValue wait, const GpuWork& work, const MeasureRequest& request,
                 Measured& out) {
  DeviceTimer timer(cuda);
  if (request.isolated > 0) isolate(cuda, wait, work, request.isolated, timer, out);
  if (request.back_to_back < 1) return;
  timer.begin(work.stream);
  for (std::int64_t i = 0; i < request.back_to_back; ++i) {
    work.queue();
    work.done();
  }
  timer.end(work.stream);
  out.back_to_back_ns.push_back(timer.wait_ns() / request.back_to_back);
}

}  // namespace mlplan::worker
