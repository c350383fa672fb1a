// What keeps CUDA from being used, in words: what is missing, and what to do about it. The same for mlplan-kernels and
// mlplan-worker, and made without CUDA. Pure, but for look_around.
#pragma once

#include <optional>
#include <string>

namespace mlplan::gpu {

struct CudaAbsence {
  std::string what;
  std::string hint;
};
std::string in_a_sentence(const CudaAbsence& absence);  // "what; hint"

// What tells why a driver shows no device.
struct Surroundings {
  std::optional<std::string> visible_devices;  // CUDA_VISIBLE_DEVICES
  bool device_files = false;                   // of the driver's kernel part, in /dev
};
Surroundings look_around();

CudaAbsence no_driver(const std::string& reason);  // dlerror's

// What starting the driver or counting its devices returned, other than success. CUresult and cudaError_t have the same
// numbers for what is told apart here.
CudaAbsence driver_failure(int result, const Surroundings& surroundings);

// Versions as the runtime tells them, 12080 for CUDA 12.8.
bool driver_suits(int driver, int needed);
CudaAbsence driver_too_old(int driver, int needed, const std::string& what_needs_it);  // "this libtorch"

// `count` devices are visible, and `device` is none of them.
CudaAbsence no_such_device(int device, int count);

std::string cuda_version_text(int version);  // 12080: "12.8"

}  // namespace mlplan::gpu
