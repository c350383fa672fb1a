#include "kernels/gpu/cuda_absence.h"

#include <doctest/doctest.h>

#include <string>

using namespace mlplan::gpu;

namespace {

bool says(const CudaAbsence& absence, const char* what, const char* hint) {
  return absence.what.find(what) != std::string::npos && absence.hint.find(hint) != std::string::npos;
}

}  // namespace

TEST_CASE("no device has three reasons: hidden by a variable, no kernel module, none known") {
  CHECK(says(driver_failure(100, {.visible_devices = "", .device_files = true}), "CUDA_VISIBLE_DEVICES is ''",
             "leave CUDA_VISIBLE_DEVICES out"));
  CHECK(says(driver_failure(100, {.visible_devices = {}, .device_files = false}), "there is no /dev/nvidiactl",
             "docker run --gpus all"));
  CHECK(says(driver_failure(100, {.visible_devices = {}, .device_files = true}), "CUDA's error 100", "nvidia-smi"));
}

TEST_CASE("a driver that does not say why is asked about the variable that is in the way most often") {
  CHECK(says(driver_failure(999, {.visible_devices = "GPU-x", .device_files = true}), "CUDA_VISIBLE_DEVICES is 'GPU-x'",
             "leave CUDA_VISIBLE_DEVICES out"));
  CHECK(says(driver_failure(999, {}), "does not say why", "kernel module"));
}

TEST_CASE("every other result keeps its number") {
  CHECK(says(driver_failure(34, {}), "CUDA's error 34", "stubs"));
  CHECK(says(driver_failure(802, {}), "CUDA's error 802", "nvidia-fabricmanager"));
  CHECK(says(driver_failure(803, {}), "CUDA's error 803", "reboot"));
  CHECK(says(driver_failure(804, {}), "CUDA's error 804", "cuda-compat"));
  CHECK(says(driver_failure(805, {}), "CUDA's error 805", "nvidia-cuda-mps-control"));
  CHECK(says(driver_failure(719, {}), "CUDA's error 719", "dmesg"));
}

TEST_CASE("a driver may be older by a minor version, and not by a major one") {
  CHECK(driver_suits(13000, 13010));
  CHECK(driver_suits(14000, 13000));
  CHECK_FALSE(driver_suits(12080, 13000));
  CHECK_FALSE(driver_suits(0, 12000));
  CHECK(says(driver_too_old(12080, 13000, "this libtorch"),
             "it is for CUDA 12.8, this libtorch is built with CUDA 13.0", "R580 or newer"));
  CHECK(says(driver_too_old(11040, 12060, "this libtorch"), "CUDA 11.4", "R525"));
}

TEST_CASE("one device is counted in the singular") {
  CHECK(says(no_such_device(3, 1), "no CUDA device 3: one is visible", "name another"));
  CHECK(says(no_such_device(2, 2), "no CUDA device 2: 2 are visible", "CUDA_VISIBLE_DEVICES"));
}

TEST_CASE("versions read as people write them, and a sentence has both parts") {
  CHECK(cuda_version_text(13000) == "13.0");
  CHECK(cuda_version_text(12080) == "12.8");
  CHECK(in_a_sentence({"it rains", "take an umbrella"}) == "it rains; take an umbrella");
}
