#include "kernels/gpu/device.h"

#include <cuda_runtime_api.h>
#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "kernels/gpu/gpu_error.h"

namespace mlplan::gpu {

namespace {

// Why the driver library cannot be opened; empty where it can. It stays open: the runtime opens it, too.
std::string driver_library_problem() {
  if (::dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL) != nullptr) return "";
  const char* const why = ::dlerror();
  return why != nullptr ? why : "libcuda.so.1 cannot be opened";
}

std::string no_device_visible() {
  if (const char* visible = std::getenv("CUDA_VISIBLE_DEVICES"); visible != nullptr)
    return "no GPU is visible: CUDA_VISIBLE_DEVICES is '" + std::string(visible) + "'; unset it, or name one";
  if (::access("/dev/nvidiactl", F_OK) != 0)
    return "no GPU is visible: the driver's library is here, but /dev/nvidiactl is not; load the driver's module, or "
           "pass "
           "the GPU into the container";
  return "no GPU is visible: the driver is loaded, but shows no device to this process";
}

std::string cause_of(cudaError_t error) {
  switch (error) {
    case cudaErrorNoDevice: return no_device_visible();
    case cudaErrorSystemNotReady:
      return "the system is not ready for CUDA: start NVIDIA's fabric manager, which cards with NVSwitch need";
    case cudaErrorSystemDriverMismatch:
      return "the driver's library does not match its kernel module: reboot, or install the library of the module";
    case cudaErrorCompatNotSupportedOnDevice:
      return "the forward-compatibility driver library does not support this card: remove it from LD_LIBRARY_PATH";
    case cudaErrorMpsConnectionFailed:
      return "the MPS server cannot be reached: start it, or unset CUDA_MPS_PIPE_DIRECTORY";
    case cudaErrorUnknown:
      return "the driver could not be initialised and does not say why: often a wrong CUDA_VISIBLE_DEVICES, or "
             "/dev/nvidia-uvm is missing";
    default: return std::string("the driver could not be initialised: ") + cudaGetErrorString(error);
  }
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

std::string cuda_version_text(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

std::string compute_capability_text(int capability) {
  return std::to_string(capability / 10) + "." + std::to_string(capability % 10);
}

DeviceQuery query_device(int device) {
  // Before any other call: without a driver this one succeeds with 0, and all others have one and the same error.
  int driver = 0;
  int runtime = 0;
  if (const cudaError_t error = cudaDriverGetVersion(&driver); error != cudaSuccess) return {{}, cause_of(error)};
  if (const cudaError_t error = cudaRuntimeGetVersion(&runtime); error != cudaSuccess) return {{}, cause_of(error)};
  if (const std::string problem = driver_library_problem(); !problem.empty()) {
    return {{},
            "no NVIDIA driver: " + problem +
                "; install one that supports CUDA 13 (R580 or newer), or pass the GPU into the container"};
  }
  if (driver / 1000 < runtime / 1000) {
    return {{},
            "the driver is too old: it supports CUDA " + cuda_version_text(driver) + ", this program needs " +
                cuda_version_text(runtime) + "; install R580 or newer"};
  }
  int count = 0;
  if (const cudaError_t error = cudaGetDeviceCount(&count); error != cudaSuccess) {
    (void)cudaGetLastError();
    return {{}, cause_of(error)};
  }
  if (count == 0) return {{}, no_device_visible()};
  if (device >= count) {
    return {{},
            "there is no GPU " + std::to_string(device) + ": CUDA sees " + std::to_string(count) + ", counted from 0"};
  }
  try {
    return {facts_of(device, driver, runtime), ""};
  } catch (const GpuError& error) {
    return {{}, error.what()};
  }
}

void use_device(int device) { check(cudaSetDevice(device), "making a context on the GPU"); }

}  // namespace mlplan::gpu
