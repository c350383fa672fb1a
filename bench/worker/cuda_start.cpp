#include "bench/worker/cuda_start.h"

#include <dlfcn.h>
#include <unistd.h>

#include <charconv>
#include <string_view>

#include "bench/worker/cuda_failures.h"
#include "bench/worker/cuda_runtime.h"
#include "bench/worker/framework.h"
#include "bench/worker/stamps.h"

namespace mlplan::worker {
namespace {

constexpr const char* kDriver = "libcuda.so.1";
constexpr int kOutOfMemory = 2;  // cudaErrorMemoryAllocation
constexpr int kEager = 1;        // CUmoduleLoadingMode
constexpr int kLazy = 2;

// Functions of the driver's own library. Never closed: CUDA's threads run in it.
class Driver {
 public:
  Driver() : library_(dlopen(kDriver, RTLD_NOW | RTLD_LOCAL)) {
    if (library_ != nullptr) return;
    throw cuda_failure(gpu::no_driver(dlerror()));
  }

  bool has(const char* name) const { return dlsym(library_, name) != nullptr; }

  template <class... Arguments>
  int call(const char* name, Arguments... arguments) const {
    const auto function = reinterpret_cast<int (*)(Arguments...)>(dlsym(library_, name));
    if (function == nullptr)
      throw Failure("cuda", std::string(kDriver) + " has no " + name + ": it is not NVIDIA's driver library",
                    "look for another libcuda.so.1 in LD_LIBRARY_PATH");
    return function(arguments...);
  }

 private:
  void* library_;
};

void start_driver(const CudaRuntime& cuda, int device) {
  const Driver driver;
  if (const int result = driver.call("cuInit", 0U); result != 0)
    throw cuda_failure(gpu::driver_failure(result, gpu::look_around()));
  int have = 0;
  int need = 0;
  require_success(cuda, cuda.driver_version(&have), "cudaDriverGetVersion");
  require_success(cuda, cuda.runtime_version(&need), "cudaRuntimeGetVersion");
  if (!gpu::driver_suits(have, need)) throw cuda_failure(gpu::driver_too_old(have, need, "this libtorch"));
  int count = 0;
  if (const int result = driver.call("cuDeviceGetCount", &count); result != 0)
    throw cuda_failure(gpu::driver_failure(result, gpu::look_around()));
  if (device >= count) throw cuda_failure(gpu::no_such_device(device, count));
}

void load_libraries() {
  const std::string folder = torch_library_folder();
  const std::string path = folder + "/libtorch_cuda.so";
  const bool is_there = ::access(path.c_str(), R_OK) == 0;
  if (dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL) == nullptr)
    throw libraries_failure(folder, is_there, dlerror(), torch_version_built_for());
}

void make_context(const CudaRuntime& cuda, int device) {
  const int error = cuda.set_device(device);
  if (error == 0) return;
  cuda.last_error();
  if (error == kOutOfMemory) throw CudaError(cuda, error, "cudaSetDevice");
  throw Failure("cuda",
                "no context can be made on CUDA device " + std::to_string(device) + ": " + cuda.error_text(error) +
                    " (" + cuda.error_name(error) + ")",
                "see in nvidia-smi who uses it, and in what compute mode it is");
}

}  // namespace

std::optional<int> cuda_device_of(const std::string& device) {
  if (device == "cpu") return std::nullopt;
  if (device == "cuda") return 0;
  constexpr std::string_view kPrefix = "cuda:";
  int index = -1;
  const char* const end = device.data() + device.size();
  const bool is_cuda = device.starts_with(kPrefix);
  if (is_cuda) {
    const auto [rest, error] = std::from_chars(device.data() + kPrefix.size(), end, index);
    if (error != std::errc{} || rest != end) index = -1;
  }
  if (index < 0)
    throw Failure("device", "mlplan-worker cannot run models on '" + device + "'", "--device cpu, cuda or cuda:N");
  return index;
}

void start_cuda(int device, ColdStartStamps& stamps) {
  const CudaRuntime& cuda = cuda_runtime();
  start_driver(cuda, device);
  stamps.cuda_driver = take_stamp();
  load_libraries();
  stamps.cuda_libraries = take_stamp();
  make_context(cuda, device);
  stamps.cuda_context = take_stamp();
  start_torch_cuda();
  stamps.torch_cuda_init = take_stamp();
}

void describe_cuda_device(int device, BuildFacts& build) {
  const Driver driver;
  int handle = 0;
  char name[256] = "";
  build.device = "a CUDA device";
  if (driver.call("cuDeviceGet", &handle, device) == 0 &&
      driver.call("cuDeviceGetName", static_cast<char*>(name), static_cast<int>(sizeof name), handle) == 0)
    build.device = name;
  const CudaRuntime& cuda = cuda_runtime();
  int version = 0;
  if (cuda.driver_version(&version) == 0) build.device += ", driver for CUDA " + gpu::cuda_version_text(version);
  char bus_id[32] = "";
  require_success(cuda, cuda.device_pci_bus_id(bus_id, sizeof bus_id, device), "cudaDeviceGetPCIBusId");
  build.device_pci_bus_id = bus_id;
  int mode = 0;
  if (driver.has("cuModuleGetLoadingMode") && driver.call("cuModuleGetLoadingMode", &mode) == 0)
    build.cuda_module_loading = mode == kEager ? "eager" : mode == kLazy ? "lazy" : "";
}

}  // namespace mlplan::worker
