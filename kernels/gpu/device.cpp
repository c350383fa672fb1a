#include "kernels/gpu/device.h"

#include <cuda_runtime_api.h>
#include <dlfcn.h>

#include <algorithm>
#include <cctype>

#include "kernels/gpu/cuda_absence.h"
#include "kernels/gpu/gpu_error.h"

namespace mlplan::gpu {

namespace {

// Why the driver library cannot be opened; empty where it can. It stays open: the runtime opens it, too.
std::string driver_library_problem() {
  if (::dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL) != nullptr) return "";
  const char* const why = ::dlerror();
  return why != nullptr ? why : "libcuda.so.1 cannot be opened";
}

int attribute(cudaDeviceAttr which, int device) {
  int value = 0;
  check(cudaDeviceGetAttribute(&value, which, device), "asking for the attributes of the GPU");
  return value;
}

int attribute_or_0(cudaDeviceAttr which, int device) {
  int value = 0;
  if (cudaDeviceGetAttribute(&value, which, device) == cudaSuccess) return std::max(value, 0);
  (void)cudaGetLastError();
  return 0;
}

// As the kernel writes it: CUDA may use capitals.
std::string pci_bus_id(int device) {
  char id[32] = {};
  check(cudaDeviceGetPCIBusId(id, sizeof id, device), "asking for the PCI bus id of the GPU");
  std::string text = id;
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

DeviceFacts facts_of(int device, int driver, int runtime) {
  cudaDeviceProp properties{};
  check(cudaGetDeviceProperties(&properties, device), "asking for the properties of the GPU");
  DeviceFacts facts;
  facts.device = device;
  facts.name = properties.name;
  facts.pci_bus_id = pci_bus_id(device);
  facts.driver_version = cuda_version_text(driver);
  facts.runtime_version = cuda_version_text(runtime);
  facts.compute_capability = 10 * properties.major + properties.minor;
  facts.multiprocessors = attribute(cudaDevAttrMultiProcessorCount, device);
  facts.memory_bytes = static_cast<std::int64_t>(properties.totalGlobalMem);
  facts.l2_bytes = attribute(cudaDevAttrL2CacheSize, device);
  const double clock_hz = 1e3 * attribute_or_0(cudaDevAttrMemoryClockRate, device);
  facts.memory_bytes_per_s = 2 * clock_hz * attribute_or_0(cudaDevAttrGlobalMemoryBusWidth, device) / 8;
  return facts;
}

}  // namespace

std::string compute_capability_text(int capability) {
  return std::to_string(capability / 10) + "." + std::to_string(capability % 10);
}

DeviceQuery query_device(int device) {
  const auto absent = [](const CudaAbsence& absence) { return DeviceQuery{{}, in_a_sentence(absence)}; };
  const auto failed = [&absent](cudaError_t error) {
    (void)cudaGetLastError();
    return absent(driver_failure(error, look_around()));
  };
  // Before any other call: without a driver this one succeeds with 0, and all others have one and the same error.
  int driver = 0;
  int runtime = 0;
  if (const cudaError_t error = cudaDriverGetVersion(&driver); error != cudaSuccess) return failed(error);
  if (const cudaError_t error = cudaRuntimeGetVersion(&runtime); error != cudaSuccess) return failed(error);
  if (const std::string problem = driver_library_problem(); !problem.empty()) return absent(no_driver(problem));
  if (!driver_suits(driver, runtime)) return absent(driver_too_old(driver, runtime, "this program"));
  int count = 0;
  if (const cudaError_t error = cudaGetDeviceCount(&count); error != cudaSuccess) return failed(error);
  if (count == 0) return failed(cudaErrorNoDevice);
  if (device >= count) return absent(no_such_device(device, count));
  try {
    return {facts_of(device, driver, runtime), ""};
  } catch (const GpuError& error) {
    return {{}, error.what()};
  }
}

void use_device(int device) { check(cudaSetDevice(device), "making a context on the GPU"); }

}  // namespace mlplan::gpu
