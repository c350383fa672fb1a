#include "bench/worker/cuda_runtime.h"

#include <dlfcn.h>

#include <cmath>

#include "bench/worker/failure.h"

namespace mlplan::worker {
namespace {

constexpr unsigned kWithTiming = 0;  // cudaEventDefault: also waits by spinning, so that waking up is not in the wall

std::string text_of(const CudaRuntime& cuda, int error, const char* call) {
  return std::string("CUDA error: ") + cuda.error_text(error) + " (" + cuda.error_name(error) + ", from " + call + ")";
}

}  // namespace

std::optional<CudaRuntime> find_cuda_runtime(const std::function<void*(const char* name)>& lookup) {
  if (lookup("cudaRuntimeGetVersion") == nullptr) return std::nullopt;
  CudaRuntime out;
  const auto find = [&lookup]<class Function>(Function*& function, const char* name) {
    function = reinterpret_cast<Function*>(lookup(name));
    if (function == nullptr)
      throw Failure("cuda", std::string("the CUDA runtime of this libtorch has no ") + name, "use another libtorch");
  };
  find(out.runtime_version, "cudaRuntimeGetVersion");
  find(out.driver_version, "cudaDriverGetVersion");
  find(out.device_pci_bus_id, "cudaDeviceGetPCIBusId");
  find(out.set_device, "cudaSetDevice");
  find(out.device_synchronize, "cudaDeviceSynchronize");
  find(out.memory_info, "cudaMemGetInfo");
  find(out.get_device, "cudaGetDevice");
  find(out.device_attribute, "cudaDeviceGetAttribute");
  find(out.device_alloc, "cudaMalloc");
  find(out.device_free, "cudaFree");
  find(out.memset_async, "cudaMemsetAsync");
  find(out.stream_synchronize, "cudaStreamSynchronize");
  find(out.host_alloc, "cudaHostAlloc");
  find(out.host_device_pointer, "cudaHostGetDevicePointer");
  find(out.host_free, "cudaFreeHost");
  find(out.event_create, "cudaEventCreateWithFlags");
  find(out.event_record, "cudaEventRecord");
  find(out.event_synchronize, "cudaEventSynchronize");
  find(out.event_elapsed, "cudaEventElapsedTime");
  find(out.event_destroy, "cudaEventDestroy");
  find(out.last_error, "cudaGetLastError");
  find(out.error_name, "cudaGetErrorName");
  find(out.error_text, "cudaGetErrorString");
  return out;
}

const CudaRuntime& cuda_runtime() {
  static const std::optional<CudaRuntime> found =
      find_cuda_runtime([](const char* name) { return dlsym(RTLD_DEFAULT, name); });
  if (!found) {
    throw Failure("cuda", "this libtorch is a CPU build: it knows no CUDA",
                  "point --torch-lib or MLPLAN_TORCH_LIB at the folder torch/lib of a CUDA build");
  }
  return *found;
}

CudaError::CudaError(const CudaRuntime& cuda, int error, const char* call)
    : std::runtime_error(text_of(cuda, error, call)), error_(error) {}

void require_success(const CudaRuntime& cuda, int error, const char* call) {
  if (error == 0) return;
  cuda.last_error();  // or the next call that asks would be blamed
  throw CudaError(cuda, error, call);
}

std::int64_t device_memory_in_use(const CudaRuntime& cuda) {
  std::size_t free = 0;
  std::size_t total = 0;
  require_success(cuda, cuda.memory_info(&free, &total), "cudaMemGetInfo");
  return static_cast<std::int64_t>(total - free);
}

bool context_is_alive(const CudaRuntime& cuda) {
  cuda.last_error();
  return cuda.device_synchronize() == 0;
}

DeviceTimer::DeviceTimer(const CudaRuntime& cuda) : cuda_(cuda) {
  require_success(cuda_, cuda_.event_create(&begin_, kWithTiming), "cudaEventCreateWithFlags");
  if (const int error = cuda_.event_create(&end_, kWithTiming); error != 0) {
    cuda_.event_destroy(begin_);
    require_success(cuda_, error, "cudaEventCreateWithFlags");
  }
}

DeviceTimer::~DeviceTimer() {
  cuda_.event_destroy(begin_);
  cuda_.event_destroy(end_);
}

void DeviceTimer::begin(void* stream) { require_success(cuda_, cuda_.event_record(begin_, stream), "cudaEventRecord"); }

void DeviceTimer::end(void* stream) { require_success(cuda_, cuda_.event_record(end_, stream), "cudaEventRecord"); }

std::int64_t DeviceTimer::wait_ns() {
  require_success(cuda_, cuda_.event_synchronize(end_), "cudaEventSynchronize");
  float ms = 0;
  require_success(cuda_, cuda_.event_elapsed(&ms, begin_, end_), "cudaEventElapsedTime");
  return std::llround(static_cast<double>(ms) * 1e6);
}

}  // namespace mlplan::worker
