// What keeps CUDA from starting, in words: what is missing, and what to do about it. All are Failure "cuda". Pure.
#pragma once

#include <optional>
#include <string>

#include "bench/worker/failure.h"

namespace mlplan::worker {

// What tells why a driver shows no device.
struct Surroundings {
  std::optional<std::string> visible_devices;  // CUDA_VISIBLE_DEVICES
  bool device_files = false;                   // of the driver's kernel part, in /dev
};

Failure no_driver(const std::string& reason);  // dlerror's

// cuInit's result, a CUresult other than success.
Failure driver_failure(int result, const Surroundings& surroundings);

// Versions as the runtime tells them, 12080 for CUDA 12.8.
bool driver_suits(int driver, int needed);
Failure driver_too_old(int driver, int needed);

// `count` devices are visible, and `device` is none of them.
Failure no_such_device(int device, int count);

// Why libtorch_cuda.so, which is or is not in this folder, could not be loaded; `reason` is dlerror's.
Failure libraries_failure(const std::string& folder, bool is_there, const std::string& reason,
                          const std::string& libtorch);

std::string cuda_version_text(int version);  // 12080: "12.8"

}  // namespace mlplan::worker
