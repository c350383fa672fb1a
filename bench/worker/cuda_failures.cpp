#include "bench/worker/cuda_failures.h"

namespace mlplan::worker {
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

}  // namespace

Failure no_driver(const std::string& reason) {
  return {"cuda", "there is no NVIDIA driver here: " + reason,
          std::string("install NVIDIA's driver; ") + kIntoContainer};
}

Failure driver_failure(int result, const Surroundings& surroundings) {
  const std::string code = " (cuInit: " + std::to_string(result) + ")";
  const std::string visible =
      surroundings.visible_devices ? "CUDA_VISIBLE_DEVICES is '" + *surroundings.visible_devices + "'" : std::string();
  switch (result) {
    case 34:
      return {"cuda", "libcuda.so.1 is the one of the CUDA toolkit that is only there to link with" + code,
              "take the folder 'stubs' out of LD_LIBRARY_PATH"};
    case 100: {
      std::string message = "the NVIDIA driver shows no device to this process" + code;
      if (!visible.empty())
        return {"cuda", message + ": " + visible, "leave CUDA_VISIBLE_DEVICES out, or name a device of nvidia-smi -L"};
      if (!surroundings.device_files)
        return {"cuda", message + ": there is no /dev/nvidiactl",
                std::string("load the driver's kernel module (nvidia-smi does); ") + kIntoContainer};
      return {"cuda", message, "see whether nvidia-smi lists one, and dmesg for what the kernel module says"};
    }
    case 802:
      return {"cuda", "the GPUs of this machine are not ready yet" + code,
              "start nvidia-fabricmanager, of the driver's own version, or wait until it is up"};
    case 803:
      return {"cuda", "libcuda.so.1 does not fit the driver's kernel module" + code,
              "reboot after an update of the driver; in a container use the libcuda.so.1 of the host"};
    case 804:
      return {
          "cuda", "this GPU does not take a libcuda.so.1 newer than its kernel module" + code,
          "take the cuda-compat package out of LD_LIBRARY_PATH, and install a newer driver if that is then too old"};
    case 805:
      return {"cuda", "the MPS server does not answer" + code,
              "start it with nvidia-cuda-mps-control -d, or leave CUDA_MPS_PIPE_DIRECTORY out"};
    case 999:
      return {
          "cuda",
          "the NVIDIA driver cannot be started and does not say why" + code + (visible.empty() ? "" : ": " + visible),
          visible.empty() ? "look at nvidia-smi and dmesg; loading the kernel module anew often helps"
                          : "leave CUDA_VISIBLE_DEVICES out; else look at nvidia-smi and dmesg"};
    default: return {"cuda", "the NVIDIA driver cannot be started" + code, "look at nvidia-smi and dmesg"};
  }
}

// Any minor version of a major one will do.
bool driver_suits(int driver, int needed) { return driver / 1000 >= needed / 1000; }

Failure driver_too_old(int driver, int needed) {
  return {"cuda",
          "the NVIDIA driver is too old: it is for CUDA " + cuda_version_text(driver) +
              ", this libtorch is built with CUDA " + cuda_version_text(needed),
          "install driver " + driver_branch(needed) + " or newer, or use a libtorch built with CUDA " +
              std::to_string(driver / 1000)};
}

Failure libraries_failure(const std::string& folder, bool is_there, const std::string& reason,
                          const std::string& libtorch) {
  if (!is_there) {
    return {
        "cuda", "libtorch is here without its CUDA part: there is no libtorch_cuda.so in " + folder,
        "point --torch-lib or MLPLAN_TORCH_LIB at the folder torch/lib of a whole CUDA build of libtorch " + libtorch};
  }
  return {"cuda", "libtorch_cuda.so cannot be loaded: " + reason,
          "install NVIDIA's packages that belong to this libtorch (pip install torch brings them), or name the folder "
          "of that library with --env LD_LIBRARY_PATH=DIR"};
}

Failure no_such_device(int device, int count) {
  return {"cuda",
          "there is no CUDA device " + std::to_string(device) + ": " +
              (count == 1 ? "one is" : std::to_string(count) + " are") + " visible, counted from 0",
          "--device cuda:0, or look at CUDA_VISIBLE_DEVICES"};
}

std::string cuda_version_text(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

}  // namespace mlplan::worker
