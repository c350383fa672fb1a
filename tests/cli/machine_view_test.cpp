#include "cli/views/machine_view.h"

#include <doctest/doctest.h>

#include <optional>
#include <string>

#include "cli/terminal.h"
#include "tests/cli/golden.h"

using namespace mlplan;
using namespace mlplan::cli;

namespace {

MachineFigure figure(std::vector<double> samples, std::optional<double> limit, std::optional<double> fraction,
                     const char* limit_is) {
  return {samples.front(), samples.back(), samples, limit, fraction, limit_is};
}

MachineProfile example() {
  MachineProfile profile;
  profile.machine.cpu.model_name = "Example CPU";
  profile.machine.cpu.logical = 2;
  profile.machine.memory.total_bytes = std::int64_t{24} << 30;
  profile.machine.kernel = "6.1.0";
  profile.machine.grade = "B";
  profile.machine.why = {"runs virtualised (kvm)"};
  profile.rounds = 7;
  profile.wall_s = 52;
  profile.stop = "time_box";
  const char* const most = "the most that any loop over memory moved here";
  profile.memory = {{1, figure({11.2e9, 10.9e9}, 18e9, 0.62, most), {}, figure({14e9, 13e9}, 18e9, 0.78, most), {}, {}},
                    {2, {}, {}, figure({17e9, 15e9}, 18e9, 0.94, most), {}, {}}};
  profile.page_faults.fault = figure({250, 310}, 230, 0.92, "clearing the page");
  profile.process_start.small = figure({480'000, 510'000}, 210'000, 0.44, "a program that does nothing");
  profile.storage.read = figure({2.1e9, 1.9e9}, {}, {}, "not known: the data sheet of the storage");
  profile.clock = figure({3.05e9, 3.01e9}, {}, {}, "not known: the kernel shows no clock");
  profile.arithmetic = {{"f32", 2, {}, figure({160e9, 150e9}, 190e9, 0.84, "multiply-adds in registers")}};
  profile.not_measured = {{"faults/huge_fault", "the kernel grants no huge pages"}};
  return profile;
}

}  // namespace

TEST_CASE("a machine profile shows each figure beside its limit and the fraction of it, and what was not measured") {
  take_over_locale([](const char*) { return std::optional<std::string>(); });
  check_golden("machine_100.txt", machine_view(example(), "here.json", {.width = 100}));
}

TEST_CASE("with -v a machine profile says what every limit is") {
  const std::string text = machine_view(example(), "", {.width = 100, .verbose = true});
  for (const char* limit : {"the most that any loop over memory moved here", "clearing the page",
                            "a program that does nothing", "not known: the data sheet of the storage",
                            "not known: the kernel shows no clock", "multiply-adds in registers"})
    CHECK(text.find(limit) != std::string::npos);
}

TEST_CASE("a GPU is named before the figures, which are beside their limits as all others") {
  MachineProfile profile = example();
  GpuProfile& gpu = profile.gpus.emplace_back();
  gpu.info = {.device = 0,
              .name = "NVIDIA H200",
              .pci_bus_id = "0000:1b:00.0",
              .driver_version = "13.0",
              .runtime_version = "13.0",
              .compute_capability = "9.0",
              .multiprocessors = 132,
              .memory_bytes = std::int64_t{140} << 30,
              .l2_bytes = std::int64_t{60} << 20};
  gpu.copies.to_device_pinned = figure({55.1e9, 54.8e9}, 63e9, 0.87, "PCIe 32.0 GT/s x16, each way");
  gpu.copies.to_device_pageable = figure({9.1e9, 8.5e9}, 55.1e9, 0.17, "the same copy of page-locked memory");
  gpu.memory.copy = figure({4.3e12, 4.2e12}, 4.8e12, 0.9, "the data sheet");
  gpu.products = {{"f32", figure({51e12, 50e12}, 67e12, 0.76, "the data sheet, without sparsity")},
                  {"bf16", figure({781e12, 769e12}, 989e12, 0.79, "the data sheet, without sparsity")}};
  gpu.launch.device = figure({1'500, 1'600}, {}, {}, "not known: what driver and card take for any kernel");
  gpu.start.context = figure({210e6, 230e6}, {}, {}, "not known: what this driver takes for any process");
  gpu.allocations = {{1 << 20, figure({90'000, 95'000}, {}, {}, "not known")}};
  take_over_locale([](const char*) { return std::optional<std::string>(); });
  check_golden("machine_gpu_100.txt", machine_view(profile, "here.json", {.width = 100}));
}

TEST_CASE("what many benchmarks could not do for one reason is said once") {
  MachineProfile profile = example();
  profile.not_measured = {{"gpu/memory_copy/device:0", "no GPU is visible"},
                          {"faults/huge_fault", "the kernel grants no huge pages"},
                          {"gpu/memory_read/device:0", "no GPU is visible"},
                          {"gpu/memory_triad/device:0", "no GPU is visible"}};
  const std::string text = machine_view(profile, "", {.width = 100});
  CHECK(text.find("gpu/memory_copy/device:0 and 2 more: no GPU is visible") != std::string::npos);
  CHECK(text.find("faults/huge_fault: the kernel grants no huge pages") != std::string::npos);
  CHECK(text.find("memory_read") == std::string::npos);
}
