// The GPU's benchmarks of mlplan-kernels where no GPU is: what they say. The stand-in for the driver's library goes
// before a real one.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "kernels/gpu/presence.h"
#include "tests/kernels/kernels_program.h"

using mlplan::test::document_of;
using mlplan::test::Ended;
using mlplan::test::run_kernels;

namespace {

// What every benchmark of the GPU says, which must be the same.
std::string reason_of(const Ended& ended) {
  CHECK(ended.code == 3);
  std::set<std::string> reasons;
  int failed = 0;
  const nlohmann::json document = document_of(ended.out);
  for (const nlohmann::json& run : document["benchmarks"]) {
    if (run["run_type"] != "iteration") continue;
    CHECK(run["name"].get<std::string>().starts_with("gpu/"));
    CHECK(run.value("error_occurred", false));
    reasons.insert(run["error_message"].get<std::string>());
    ++failed;
  }
  CHECK(failed == 22);
  REQUIRE(reasons.size() == 1);
  return *reasons.begin();
}

std::string reason_with_driver(const std::string& environment) {
  return reason_of(run_kernels("--benchmark_filter=gpu/ --benchmark_format=json",
                               "LD_LIBRARY_PATH=" STAND_IN_DRIVER " " + environment));
}

bool starts(const std::string& text, const std::string& with) {
  CAPTURE(text);
  return text.starts_with(with);
}

}  // namespace

TEST_CASE("a driver that does not initialise has its cause named, each by what it returns") {
  CHECK(starts(reason_with_driver("CUDA_VISIBLE_DEVICES= STAND_IN_INIT=100"),
               "the NVIDIA driver shows no device to this process (CUDA's error 100): CUDA_VISIBLE_DEVICES is ''"));
  CHECK(starts(reason_with_driver("STAND_IN_INIT=802"),
               "the GPUs of this machine are not ready yet (CUDA's error 802); start nvidia-fabricmanager"));
  CHECK(starts(reason_with_driver("STAND_IN_INIT=803"),
               "libcuda.so.1 does not fit the driver's kernel module (CUDA's error 803)"));
  CHECK(starts(reason_with_driver("STAND_IN_INIT=804"),
               "this GPU does not take a libcuda.so.1 newer than its kernel module (CUDA's error 804)"));
  CHECK(starts(reason_with_driver("STAND_IN_INIT=805"), "the MPS server does not answer (CUDA's error 805)"));
  CHECK(starts(reason_with_driver("STAND_IN_INIT=999"),
               "the NVIDIA driver cannot be started and does not say why (CUDA's error 999)"));
}

TEST_CASE("a driver without a device says so") {
  const std::string reason = reason_with_driver("STAND_IN_INIT=100");
  CHECK(starts(reason, "the NVIDIA driver shows no device to this process (CUDA's error 100)"));
  CHECK(reason.find("CUDA_VISIBLE_DEVICES") == std::string::npos);
}

TEST_CASE("a driver that is too old is named with its version and that which is needed") {
  CHECK(
      reason_with_driver("STAND_IN_VERSION=12080") ==
      "the NVIDIA driver is too old: it is for CUDA 12.8, this program is built with CUDA 13.0; install driver R580 or "
      "newer, or use one that is built with CUDA 12");
}

TEST_CASE("without a driver its library is named") {
  if (mlplan::gpu::is_there_a_sign_of_a_gpu()) return;  // this machine has one
  const std::string reason = reason_of(run_kernels("--benchmark_filter=gpu/ --benchmark_format=json"));
  CHECK(starts(reason, "there is no NVIDIA driver here: libcuda.so.1: cannot open shared object file"));
}

TEST_CASE("without a filter the GPU's benchmarks are there only with a sign of a GPU") {
  if (!mlplan::gpu::is_there_a_sign_of_a_gpu())
    CHECK(run_kernels("--benchmark_list_tests").out.find("gpu/") == std::string::npos);
  CHECK(
      run_kernels("--benchmark_list_tests", "LD_LIBRARY_PATH=" STAND_IN_DRIVER).out.find("gpu/memory_read/device:0") !=
      std::string::npos);
}

TEST_CASE("another GPU than the first is in the names") {
  const std::string listed =
      run_kernels("--benchmark_filter=gpu/memory --benchmark_list_tests --device=3", "LD_LIBRARY_PATH=" STAND_IN_DRIVER)
          .out;
  CHECK(listed.find("gpu/memory_triad/device:3") != std::string::npos);
  CHECK(listed.find("device:0") == std::string::npos);
}

TEST_CASE("a process that is to time the start of a GPU says why it cannot") {
  const Ended ended =
      run_kernels("--time-gpu-start --device=0", "LD_LIBRARY_PATH=" STAND_IN_DRIVER " STAND_IN_INIT=802");
  CHECK(ended.code == 0);
  CHECK(starts(ended.out, "the GPUs of this machine are not ready yet"));
}

TEST_CASE("mlplan-kernels needs no library of CUDA to start") {
  const Ended ended = run_kernels("", "LD_TRACE_LOADED_OBJECTS=1");
  CHECK(ended.code == 0);
  CHECK(ended.out.find("libc.so.6") != std::string::npos);
  for (const char* library : {"libcuda", "libcublas", "libnvidia"}) CHECK(ended.out.find(library) == std::string::npos);
}

TEST_CASE("the timers cannot be compared without a GPU, and the reason is that of the benchmarks") {
  const Ended ended = run_kernels("--compare-gpu-timers", "LD_LIBRARY_PATH=" STAND_IN_DRIVER " STAND_IN_VERSION=12080");
  CHECK(ended.code == 3);
  CHECK(ended.out ==
        "mlplan-kernels: the NVIDIA driver is too old: it is for CUDA 12.8, this program is built with CUDA 13.0; "
        "install "
        "driver R580 or newer, or use one that is built with CUDA 12\n");
}
