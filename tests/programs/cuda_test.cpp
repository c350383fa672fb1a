// --device cuda where CUDA cannot be had, in every way that users meet: exit 3, with what is missing and what to do.
// The real worker and the real CUDA runtime, on a stand-in for the driver's library.
#include <dlfcn.h>
#include <doctest/doctest.h>

#include "profiles/report.h"
#include "tests/programs/program.h"

namespace mlplan::tests {
namespace {

// `standing_in` is what stand_in_driver.cpp is told.
Invocation on_cuda(const std::vector<std::string>& standing_in, const std::string& device = "cuda") {
  Invocation out{{"bench", model_path("good.pt"), "--input", "x:f32[batch,4]", "--device", device, "--env",
                  std::string("LD_LIBRARY_PATH=") + STAND_IN_DRIVER}};
  for (const std::string& variable : standing_in)
    out.arguments.insert(out.arguments.end(), {"--env", "STAND_IN_" + variable});
  return out;
}

Invocation with_result(int cu_init, const std::string& visible_devices = "") {
  Invocation out = on_cuda({"INIT=" + std::to_string(cu_init)});
  if (!visible_devices.empty())
    out.arguments.insert(out.arguments.end(), {"--env", "CUDA_VISIBLE_DEVICES=" + visible_devices});
  return out;
}

}  // namespace

TEST_CASE("a driver that does not start says why, by what it returns") {
  const std::string when = "while starting CUDA";
  check_end(
      run(with_result(100, "7")), 3,
      {"shows no device", "CUDA's error 100", "CUDA_VISIBLE_DEVICES is '7'", when, "leave CUDA_VISIBLE_DEVICES out"});
  check_end(run(with_result(802)), 3, {"not ready", "CUDA's error 802", when, "nvidia-fabricmanager"});
  check_end(run(with_result(803)), 3, {"does not fit the driver's kernel module", "CUDA's error 803", when, "reboot"});
  check_end(run(with_result(804)), 3, {"newer than its kernel module", "CUDA's error 804", when, "cuda-compat"});
  check_end(run(with_result(805)), 3, {"MPS", "CUDA's error 805", when, "nvidia-cuda-mps-control"});
  check_end(run(with_result(999)), 3, {"does not say why", "CUDA's error 999", when, "nvidia-smi"});
}

TEST_CASE("a driver that is older than libtorch's CUDA is told with both versions") {
  check_end(run(on_cuda({"VERSION=12080"})), 3,
            {"the NVIDIA driver is too old", "CUDA 12.8", "CUDA 13.0", "while starting CUDA", "R580"});
}

TEST_CASE("a device that is not there is refused by its number") {
  check_end(run(on_cuda({"DEVICES=2"}, "cuda:2")), 3,
            {"no CUDA device 2: 2 are visible", "while starting CUDA", "CUDA_VISIBLE_DEVICES"});
}

TEST_CASE("without a driver the library that is missing is named") {
  const TemporaryFolder folder;
  write(folder.path() + "/libcuda.so.1", "no library");
  check_end(run({{"bench", model_path("good.pt"), "--device", "cuda", "--env", "LD_LIBRARY_PATH=" + folder.path()}}), 3,
            {"no NVIDIA driver", "libcuda.so.1", "while starting CUDA", "install NVIDIA's driver", "--gpus all"});
  if (dlopen("libcuda.so.1", RTLD_LAZY) != nullptr) return;  // this machine has one
  check_end(run({{"bench", model_path("good.pt"), "--device", "cuda"}}), 3,
            {"no NVIDIA driver here: libcuda.so.1: cannot open shared object file", "while starting CUDA"});
}

TEST_CASE("a libtorch without its CUDA part is told apart from one whose libraries are missing") {
  if (TORCH_HAS_CUDA == 0) {  // as `make setup` installs it
    check_end(run(on_cuda({})), 3,
              {"no libtorch_cuda.so in", "while starting CUDA", "--torch-lib", "CUDA build of libtorch 2.11.0"});
  } else {
    check_end(run(on_cuda({})), 3, {"while starting CUDA"});  // no context can be made on a stand-in
  }
}

TEST_CASE("inspect starts CUDA too, and on a CPU nothing of CUDA is asked for") {
  Invocation inspect = with_result(803);
  inspect.arguments[0] = "inspect";
  check_end(run(inspect), 3, {"CUDA's error 803"});
  Invocation on_cpu = with_result(803);
  on_cpu.arguments[0] = "inspect";
  on_cpu.arguments[5] = "cpu";
  check_end(run(on_cpu), 0, {});
}

TEST_CASE("a compiled package is refused on a GPU before CUDA is started") {
  Invocation package = with_result(803);
  package.arguments[1] = model_path("package.pt2");
  for (const char* command : {"bench", "inspect"}) {
    package.arguments[0] = command;
    check_end(run(package), 2, {"compiled packages (.pt2) are measured on the CPU only", "--device cuda:0"});
  }
}

TEST_CASE("a batch that does not fit into the GPU's memory is a row that says so, and the rest is measured") {
  const Ended ended =
      run({{"bench", model_path("fits_to_4.pt"), "--input", "x:f32[batch,4]", "--only", "steady", "--batch", "2,8,4",
            "--threads", "1", "--workers", "1", "--time-box", "10s", "--json", "-q"}});
  check_end(ended, 0, {});
  const Result<Report> report = read_report(ended.out, "standard output");
  REQUIRE(report);
  REQUIRE(report->steady.size() == 3);
  for (const SteadyRow& row : report->steady) {
    CAPTURE(row.batch);
    CHECK((row.stop == "out_of_memory") == (row.batch == 8));
    CHECK((row.latency.n > 0) == (row.batch != 8));
    if (row.batch == 8) CHECK(row.failure.find("does not fit into the GPU's memory") != std::string::npos);
  }
  std::string warned;
  for (const Warning& warning : report->warnings) warned += warning.code + ": " + warning.message + "\n";
  CHECK(warned.find("does_not_fit: batch 8 with 1 threads: it does not fit") != std::string::npos);
}

}  // namespace mlplan::tests
