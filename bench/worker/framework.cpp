#include "bench/worker/framework.h"

#include <ATen/Config.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/ops/empty.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/InferenceMode.h>
#include <dlfcn.h>
#include <torch/csrc/inductor/aoti_torch/c/shim.h>
#include <torch/headeronly/version.h>
#include <unistd.h>

#include "bench/worker/failure.h"
#include "kernels/gpu/cuda_absence.h"

namespace mlplan::worker {
namespace {

// major << 56 | minor << 48 | patch << 40
std::string version_text(std::uint64_t abi_version) {
  const auto part = [abi_version](int shift) { return std::to_string(abi_version >> shift & 0xFF); };
  return part(56) + "." + part(48) + "." + part(40);
}

constexpr std::uint64_t kBuiltFor = TORCH_ABI_VERSION;

std::string library_path() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<void*>(&aoti_torch_abi_version), &info) == 0 || info.dli_fname == nullptr) return {};
  return info.dli_fname;
}

// A CUDA build of libtorch_cpu has brought the CUDA runtime along; its version call starts nothing.
std::string cuda_of_build() {
  const auto version_of_runtime = reinterpret_cast<int (*)(int*)>(dlsym(RTLD_DEFAULT, "cudaRuntimeGetVersion"));
  int version = 0;
  if (version_of_runtime == nullptr || version_of_runtime(&version) != 0) return "CPU build";
  return "CUDA " + gpu::cuda_version_text(version) + " build";
}

std::string program_folder() {
  char path[4096];
  const ssize_t length = ::readlink("/proc/self/exe", path, sizeof path);
  if (length <= 0) return ".";
  const std::string file(path, static_cast<std::size_t>(length));
  return file.substr(0, file.rfind('/'));
}

}  // namespace

BuildFacts build_facts() {
  BuildFacts out;
  out.mlplan_version = MLPLAN_VERSION;
  out.torch_version = version_text(aoti_torch_abi_version());
  out.torch_built_for = version_text(kBuiltFor);
  out.torch_library = library_path();
  out.build = cuda_of_build();
  if (aoti_torch_abi_version() >> 40 != kBuiltFor >> 40) return out;  // do not call into a library of another ABI
  out.build += "; " + at::get_cpu_capability();
  out.build += AT_PARALLEL_OPENMP ? "; OpenMP" : "; native threads";
  return out;
}

void require_same_libtorch() {
  if (aoti_torch_abi_version() >> 40 == kBuiltFor >> 40) return;
  throw Failure("abi",
                "this mlplan-worker was built for libtorch " + version_text(kBuiltFor) + " and has loaded " +
                    version_text(aoti_torch_abi_version()) + " from " + library_path(),
                "point --torch-lib or MLPLAN_TORCH_LIB at the folder of libtorch " + version_text(kBuiltFor) +
                    ", or build mlplan against the other with CMAKE_PREFIX_PATH");
}

void start_framework(std::int64_t threads) {
  set_threads(threads);
  at::set_num_interop_threads(1);
  const at::Tensor first = at::empty({1});
}

void set_threads(std::int64_t threads) { at::set_num_threads(static_cast<int>(threads)); }
std::int64_t threads() { return at::get_num_threads(); }

std::string torch_library_folder() {
  const std::string file = library_path();
  const std::size_t slash = file.rfind('/');
  return slash == std::string::npos ? "." : file.substr(0, slash);
}

std::string torch_version_built_for() { return version_text(kBuiltFor); }

void start_torch_cuda() {
  try {
    at::globalContext().lazyInitDevice(c10::DeviceType::CUDA);
  } catch (const std::exception& error) {
    throw Failure("cuda", "libtorch cannot use CUDA: " + cause_in(error.what()),
                  "libtorch_cpu.so and libtorch_cuda.so must be of one build");
  }
}

DeviceMemory device_memory_of_libtorch(int device) {
  c10::DeviceAllocator* const allocator = c10::getDeviceAllocator(c10::DeviceType::CUDA);
  const auto index = static_cast<c10::DeviceIndex>(device);
  const c10::CachingDeviceAllocator::DeviceStats stats = allocator->getDeviceStats(index);
  allocator->resetPeakStats(index);
  constexpr auto kAll = static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE);
  return {.in_use = 0,
          .allocated = stats.allocated_bytes[kAll].current,
          .peak_allocated = stats.allocated_bytes[kAll].peak,
          .reserved = stats.reserved_bytes[kAll].current,
          .holes = stats.inactive_split_bytes[kAll].current};
}

void give_back_device_memory() { c10::getDeviceAllocator(c10::DeviceType::CUDA)->emptyCache(); }

void in_inference_mode(const std::function<void()>& body) {
  const c10::InferenceMode guard;
  body();
}

void load_op_libraries(const std::vector<std::string>& paths) {
  if (paths.empty()) return;
  provide_libtorch();
  for (const std::string& path : paths) {
    // dlopen searches the system's folders for a name without a slash; a file that was named is meant as a file.
    const std::string file = path.find('/') == std::string::npos ? "./" + path : path;
    if (dlopen(file.c_str(), RTLD_NOW | RTLD_GLOBAL) == nullptr) {
      const std::string reason = dlerror();
      throw Failure("op_library", reason, op_library_hint(reason, version_text(kBuiltFor)));
    }
  }
}

void provide_libtorch() {
  const std::string folder = program_folder();
  const std::string beside = folder + "/../lib/mlplan/libtorch.so";
  const std::string below_libexec = folder + "/../../lib/mlplan/libtorch.so";
  const std::string& path = ::access(beside.c_str(), R_OK) == 0 ? beside : below_libexec;
  if (dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL) == nullptr) throw Failure("internal", dlerror(), "reinstall mlplan");
}

}  // namespace mlplan::worker
