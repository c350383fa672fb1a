#include "bench/worker/cuda_failures.h"

#include <doctest/doctest.h>

#include <string>

using namespace mlplan::worker;

namespace {

bool says(const Failure& failure, const char* message, const char* hint) {
  return failure.value().kind == "cuda" && failure.value().message.find(message) != std::string::npos &&
         failure.value().hint.find(hint) != std::string::npos;
}

}  // namespace

TEST_CASE("no device has three reasons: hidden by a variable, no kernel module, none known") {
  CHECK(says(driver_failure(100, {.visible_devices = "", .device_files = true}), "CUDA_VISIBLE_DEVICES is ''",
             "leave CUDA_VISIBLE_DEVICES out"));
  CHECK(says(driver_failure(100, {.visible_devices = {}, .device_files = false}), "there is no /dev/nvidiactl",
             "docker run --gpus all"));
  CHECK(says(driver_failure(100, {.visible_devices = {}, .device_files = true}), "cuInit: 100", "nvidia-smi"));
}

TEST_CASE("a driver that does not say why is asked about the variable that is in the way most often") {
  CHECK(says(driver_failure(999, {.visible_devices = "GPU-x", .device_files = true}), "CUDA_VISIBLE_DEVICES is 'GPU-x'",
             "leave CUDA_VISIBLE_DEVICES out"));
  CHECK(says(driver_failure(999, {}), "does not say why", "kernel module"));
}

TEST_CASE("every other result of cuInit keeps its number") {
  CHECK(says(driver_failure(34, {}), "cuInit: 34", "stubs"));
  CHECK(says(driver_failure(802, {}), "cuInit: 802", "nvidia-fabricmanager"));
  CHECK(says(driver_failure(803, {}), "cuInit: 803", "reboot"));
  CHECK(says(driver_failure(804, {}), "cuInit: 804", "cuda-compat"));
  CHECK(says(driver_failure(805, {}), "cuInit: 805", "nvidia-cuda-mps-control"));
  CHECK(says(driver_failure(719, {}), "cuInit: 719", "dmesg"));
}

TEST_CASE("a driver may be older by a minor version, and not by a major one") {
  CHECK(driver_suits(13000, 13010));
  CHECK(driver_suits(14000, 13000));
  CHECK_FALSE(driver_suits(12080, 13000));
  CHECK_FALSE(driver_suits(0, 12000));
  CHECK(says(driver_too_old(12080, 13000), "it is for CUDA 12.8, this libtorch is built with CUDA 13.0",
             "R580 or newer"));
  CHECK(says(driver_too_old(11040, 12060), "CUDA 11.4", "R525"));
}

TEST_CASE("one device is counted in the singular") {
  CHECK(says(no_such_device(3, 1), "no CUDA device 3: one is visible", "--device cuda:0"));
  CHECK(says(no_such_device(2, 2), "no CUDA device 2: 2 are visible", "CUDA_VISIBLE_DEVICES"));
}

TEST_CASE("libtorch without its CUDA part, and with it but without what that needs") {
  CHECK(says(libraries_failure("/opt/torch/lib", false, "whatever", "2.11.0"), "no libtorch_cuda.so in /opt/torch/lib",
             "a whole CUDA build of libtorch 2.11.0"));
  CHECK(says(libraries_failure("/opt/torch/lib", true, "libcufile.so.0: cannot open shared object file", "2.11.0"),
             "libtorch_cuda.so cannot be loaded: libcufile.so.0", "LD_LIBRARY_PATH"));
}
