#include "bench/probe.h"

#include <doctest/doctest.h>

#include "bench/program_output.h"

using namespace mlplan;
using namespace mlplan::bench;

namespace {

const char* const kRound = R"({"context": {"mlplan": "0.1.0", "vectors": "avx2"}, "benchmarks": [
  {"name": "memory/copy/threads:2/iterations:1/repeats:2/manual_time", "run_type": "iteration", "real_time": 3,
   "bytes_per_second": 8e9, "limit": 10e9, "fraction": 0.8, "label": "the most"},
  {"name": "memory/copy/threads:2/iterations:1/repeats:2/manual_time", "run_type": "iteration", "real_time": 3,
   "bytes_per_second": 9e9, "limit": 12e9, "fraction": 0.75, "label": "the most"},
  {"name": "memory/copy/threads:2/iterations:1/repeats:2/manual_time_mean", "run_type": "aggregate", "real_time": 3,
   "bytes_per_second": 99e9, "limit": 12e9, "label": "the most"},
  {"name": "process/true/iterations:1/manual_time", "run_type": "iteration", "real_time": 500, "limit": 200,
   "label": "nothing"},
  {"name": "process/true/iterations:1/manual_time", "run_type": "iteration", "real_time": 400, "limit": 300,
   "label": "nothing"},
  {"name": "disk/read/iterations:1/manual_time", "run_type": "iteration", "error_occurred": true,
   "error_message": "no disk"},
  {"name": "new/figure/iterations:1/manual_time", "run_type": "iteration", "real_time": 1}]})";

// As mlplan-kernels writes it on a machine with a GPU.
const char* const kGpuRound = R"({"context": {"mlplan": "0.1.0", "vectors": "avx2", "gpu_device": "1",
    "gpu_name": "NVIDIA H200", "gpu_pci_bus_id": "0000:1b:00.0", "gpu_driver": "13.0", "gpu_runtime": "13.0",
    "gpu_compute_capability": "9.0", "gpu_multiprocessors": "132", "gpu_memory_bytes": "150754820096",
    "gpu_l2_bytes": "62914560"}, "benchmarks": [
  {"name": "gpu/to_device_pinned/device:1/iterations:1/repeats:2/manual_time", "run_type": "iteration",
   "real_time": 3, "bytes_per_second": 55e9, "limit": 63e9, "fraction": 0.87, "label": "PCIe"},
  {"name": "gpu/memory_copy/device:1/iterations:1/repeats:2/manual_time", "run_type": "iteration", "real_time": 3,
   "bytes_per_second": 4.3e12, "limit": 4.8e12, "fraction": 0.89, "label": "the data sheet"},
  {"name": "gpu/gemm_bf16/device:1/iterations:1/repeats:2/manual_time", "run_type": "iteration", "real_time": 3,
   "flop_per_second": 780e12, "limit": 989e12, "fraction": 0.79, "label": "the data sheet"},
  {"name": "gpu/gemm_f8/device:1/iterations:1/repeats:2/manual_time", "run_type": "iteration",
   "error_occurred": true, "error_message": "not supported: no algorithm"},
  {"name": "gpu/launch_device/device:1/iterations:1/repeats:2/manual_time", "run_type": "iteration",
   "real_time": 1500, "label": "not known"},
  {"name": "gpu/start_context/device:1/iterations:1/repeats:2/manual_time", "run_type": "iteration",
   "real_time": 2.5e8, "label": "not known"},
  {"name": "gpu/allocate/bytes:1048576/device:1/iterations:1/repeats:2/manual_time", "run_type": "iteration",
   "real_time": 9e4, "label": "not known"}]})";

}  // namespace

TEST_CASE("the best of a rate is the highest and that of a time the shortest, over all rounds") {
  KernelSamples samples;
  REQUIRE(add_round(kRound, samples));
  REQUIRE(add_round(kRound, samples));
  MachineProfile profile;
  fill(profile, samples);
  REQUIRE(profile.memory.size() == 1);
  const MachineFigure& copy = profile.memory.front().copy.value();
  CHECK(copy.samples == std::vector<double>{8e9, 9e9, 8e9, 9e9});
  CHECK(copy.best == 9e9);
  CHECK(copy.median == 8.5e9);
  CHECK(copy.limit == 12e9);
  CHECK(copy.fraction == 0.75);
  CHECK(copy.limit_is == "the most");
  const MachineFigure& small = profile.process_start.small.value();
  CHECK(small.best == 400);
  CHECK(small.limit == 200);
  CHECK(small.fraction == 0.5);
  CHECK(profile.vectors == "avx2");
}

TEST_CASE("what was not measured is named once with its reason, and a figure of a newer program is left out") {
  KernelSamples samples;
  REQUIRE(add_round(kRound, samples));
  REQUIRE(add_round(kRound, samples));
  MachineProfile profile;
  fill(profile, samples);
  REQUIRE(profile.not_measured.size() == 1);
  CHECK(profile.not_measured.front().what == "disk/read");
  CHECK(profile.not_measured.front().why == "no disk");
  CHECK(figures_of(profile).size() == 2);
}

TEST_CASE("a GPU has one entry, with what it is and its figures from all rounds") {
  KernelSamples samples;
  REQUIRE(add_round(kGpuRound, samples));
  REQUIRE(add_round(kGpuRound, samples));
  MachineProfile profile;
  fill(profile, samples);
  REQUIRE(profile.gpus.size() == 1);
  const GpuProfile& gpu = profile.gpus.front();
  CHECK(gpu.info.device == 1);
  CHECK(gpu.info.name == "NVIDIA H200");
  CHECK(gpu.info.pci_bus_id == "0000:1b:00.0");
  CHECK(gpu.info.driver_version == "13.0");
  CHECK(gpu.info.runtime_version == "13.0");
  CHECK(gpu.info.compute_capability == "9.0");
  CHECK(gpu.info.multiprocessors == 132);
  CHECK(gpu.info.memory_bytes == 150'754'820'096);
  CHECK(gpu.info.l2_bytes == 62'914'560);
  CHECK(gpu.copies.to_device_pinned->samples == std::vector<double>{55e9, 55e9});
  CHECK(gpu.memory.copy->limit == 4.8e12);
  REQUIRE(gpu.products.size() == 1);
  CHECK(gpu.products.front().dtype == "bf16");
  CHECK(gpu.products.front().product->best == 780e12);
  CHECK(gpu.launch.device->best == 1500);
  CHECK_FALSE(gpu.launch.device->limit);
  CHECK(gpu.start.context->best == 2.5e8);
  REQUIRE(gpu.allocations.size() == 1);
  CHECK(gpu.allocations.front().bytes == 1'048'576);
  CHECK(gpu.allocations.front().allocate->best == 9e4);
  REQUIRE(profile.not_measured.size() == 1);
  CHECK(profile.not_measured.front().what == "gpu/gemm_f8/device:1");
}

TEST_CASE("without a GPU there is no entry of one") {
  KernelSamples samples;
  REQUIRE(add_round(kRound, samples));
  MachineProfile profile;
  fill(profile, samples);
  CHECK(profile.gpus.empty());
}

TEST_CASE("what is no document of benchmarks is an error") {
  KernelSamples samples;
  for (const char* text : {"", "{", "{}", R"({"context": {}, "benchmarks": 3})",
                           R"({"context": {}, "benchmarks": [{"run_type": "iteration"}]})"}) {
    CAPTURE(text);
    const Status status = add_round(text, samples);
    REQUIRE_FALSE(status);
    CHECK(status.error().kind == ErrorKind::not_measured);
  }
}

TEST_CASE("a program's output is kept whole, its complaints and how it ended beside it") {
  const auto output = run_program({"/bin/sh", "-c", "seq 1 50000; echo bad >&2; exit 3"}, std::chrono::seconds(60), {});
  REQUIRE(output);
  CHECK(output->out.size() == 288894);
  CHECK(output->out.ends_with("\n50000\n"));
  CHECK(output->err == "bad\n");
  CHECK(output->exit_code == 3);
  const auto killed = run_program({"/bin/sh", "-c", "kill -9 $$"}, std::chrono::seconds(60), {});
  REQUIRE(killed);
  CHECK(killed->exit_code == 128 + 9);
}

TEST_CASE("a program that takes too long, is interrupted or is not there is an error") {
  const auto late = run_program({"/bin/sh", "-c", "sleep 60"}, std::chrono::milliseconds(1), {});
  REQUIRE_FALSE(late);
  CHECK(late.error().kind == ErrorKind::not_measured);
  const auto stopped = run_program({"/bin/sh", "-c", "sleep 60"}, std::chrono::seconds(60), [] { return true; });
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().kind == ErrorKind::interrupted);
  const auto missing = run_program({"/no/such/program"}, std::chrono::seconds(60), {});
  REQUIRE_FALSE(missing);
  CHECK(missing.error().kind == ErrorKind::usage);
  CHECK(missing.error().where == "/no/such/program");
}
