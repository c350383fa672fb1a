#include "kernels/gpu/cuda_absence.h"

#include <unistd.h>

#include <cstdlib>
#include <initializer_list>

namespace mlplan::gpu {
namespace {

constexpr const char* kIntoContainer = "in a container pass the GPU in, as with docker run --gpus all";

// The oldest branch of the driver that takes programs of a major version of CUDA.
std::string driver_branch(int version) {
  switch (version / 1000) {
    case 12: return "R525";
    case 13: return "R580";
    default: return "a branch for CUDA " + std::to_string(version / 1000);
  }
}

CudaAbsence no_device(const std::string& code, const std::string& visible, bool device_files) {
  const std::string what = "the NVIDIA driver shows no device to this process" + code;
  if (!visible.empty())
    return {what + ": " + visible, "leave CUDA_VISIBLE_DEVICES out, or name a device of nvidia-smi -L"};
  if (!device_files)
    return {what + ": there is no /dev/nvidiactl",
            std::string("load the driver's kernel module (nvidia-smi does); ") + kIntoContainer};
  return {what, "see whether nvidia-smi lists one, and dmesg for what the kernel module says"};
}

}  // namespace

std::string in_a_sentence(const CudaAbsence& absence) { return absence.what + "; " + absence.hint; }

Surroundings look_around() {
  Surroundings out;
  if (const char* visible = std::getenv("CUDA_VISIBLE_DEVICES")) out.visible_devices = visible;
  for (const char* file : {"/dev/nvidiactl", "/dev/dxg"})  // the second: Windows' Linux subsystem
    out.device_files |= ::access(file, F_OK) == 0;
  return out;
}

CudaAbsence no_driver(const std::string& reason) {
  return {"there is no NVIDIA driver here: " + reason, std::string("install NVIDIA's driver; ") + kIntoContainer};
}

CudaAbsence driver_failure(int result, const Surroundings& surroundings) {
  const std::string code = " (CUDA's error " + std::to_string(result) + ")";
  const std::string visible =
      surroundings.visible_devices ? "CUDA_VISIBLE_DEVICES is '" + *surroundings.visible_devices + "'" : std::string();
  switch (result) {
    case 34:
      return {"libcuda.so.1 is the one of the CUDA toolkit that is only there to link with" + code,
              "take the folder 'stubs' out of LD_LIBRARY_PATH"};
    case 100: return no_device(code, visible, surroundings.device_files);
    case 802:
      return {"the GPUs of this machine are not ready yet" + code,
              "start nvidia-fabricmanager, of the driver's own version, or wait until it is up"};
    case 803:
      return {"libcuda.so.1 does not fit the driver's kernel module" + code,
              "reboot after an update of the driver; in a container use the libcuda.so.1 of the host"};
    case 804:
      return {"this GPU does not take a libcuda.so.1 newer than its kernel module" + code,
              "take the cuda-compat package out of LD_LIBRARY_PATH, and install a newer driver if that is then too "
              "old"};
    case 805:
      return {"the MPS server does not answer" + code,
              "start it with nvidia-cuda-mps-control -d, or leave CUDA_MPS_PIPE_DIRECTORY out"};
    case 999:
      return {"the NVIDIA driver cannot be started and does not say why" + code +
                  (visible.empty() ? std::string() : ": " + visible),
              visible.empty() ? "look at nvidia-smi and dmesg; loading the kernel module anew often helps"
                              : "leave CUDA_VISIBLE_DEVICES out; else look at nvidia-smi and dmesg"};
    default: return {"the NVIDIA driver cannot be started" + code, "look at nvidia-smi and dmesg"};
  }
}

// Any minor version of a major one will do.
bool driver_suits(int driver, int needed) { return driver / 1000 >= needed / 1000; }

CudaAbsence driver_too_old(int driver, int needed, const std::string& what_needs_it) {
  return {"the NVIDIA driver is too old: it is for CUDA " + cuda_version_text(driver) + ", " + what_needs_it +
              " is built with CUDA " + cuda_version_text(needed),
          "install driver " + driver_branch(needed) + " or newer, or use one that is built with CUDA " +
              std::to_string(driver / 1000)};
}

CudaAbsence no_such_device(int device, int count) {
  return {"there is no CUDA device " + std::to_string(device) + ": " +
              (count == 1 ? "one is" : std::to_string(count) + " are") + " visible, counted from 0",
          "name another, or look at CUDA_VISIBLE_DEVICES"};
}

std::string cuda_version_text(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

}  // namespace mlplan::gpu
