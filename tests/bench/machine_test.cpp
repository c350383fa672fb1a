#include "bench/machine.h"

#include <doctest/doctest.h>

#include <string>

using namespace mlplan;
using namespace mlplan::bench;

TEST_CASE("what bounds the figures is in the fingerprint, what changes from run to run is not") {
  MachineInfo machine;
  machine.kernel = "6.1.0-18-amd64";
  machine.cpu.model_name = "some CPU";
  machine.cpu.logical = 2;
  machine.memory.total_bytes = std::int64_t{64} << 30;
  const std::string before = fingerprint(machine, "2.11.0");
  CHECK(before.size() == 16);
  const auto changed = [&](auto change) {
    MachineInfo other = machine;
    change(other);
    return fingerprint(other, "2.11.0") != before;
  };
  CHECK(changed([](MachineInfo& other) { other.cpu.quota = 0.5; }));
  CHECK(changed([](MachineInfo& other) { other.cpu.logical = 1; }));
  CHECK(changed([](MachineInfo& other) { other.memory.cgroup_limit_bytes = 1 << 30; }));
  CHECK(changed([](MachineInfo& other) { other.kernel = "6.2.0"; }));
  CHECK(fingerprint(machine, "2.12.0") != before);
  CHECK_FALSE(changed([](MachineInfo& other) { other.memory.available_bytes = 1; }));
  CHECK_FALSE(changed([](MachineInfo& other) { other.kernel = "6.1.0-19-amd64"; }));
  CHECK_FALSE(changed([](MachineInfo& other) { other.hostname = "elsewhere"; }));
}

TEST_CASE("what disturbs a GPU is in the machine's grade: others on it, parts of it, heat, and what cannot be seen") {
  const auto graded = [](const MachineGpu& gpu) {
    MachineInfo machine;
    machine.virtualization = "none";
    machine.cpu.governor = "performance";
    machine.gpus = {gpu};
    NoiseWatch().grade(machine);
    std::string text = machine.grade;
    for (const std::string& why : machine.why) text += "; " + why;
    return text;
  };
  MachineGpu quiet;
  quiet.other_processes = 0;
  quiet.persistence = true;
  quiet.slowed_by = {"power_cap"};
  const std::string base = graded(quiet);
  CHECK(base.find("GPU") == std::string::npos);
  const auto with = [&](auto change) {
    MachineGpu gpu = quiet;
    change(gpu);
    const std::string text = graded(gpu);
    CHECK(text.front() >= 'B');
    return text;
  };
  const auto says = [](const std::string& text, const char* part) { return text.find(part) != std::string::npos; };
  CHECK(says(with([](MachineGpu& gpu) { gpu.other_processes = 2; }), "2 other processes are on the GPU"));
  CHECK(says(with([](MachineGpu& gpu) { gpu.other_processes.reset(); }), "who else is on the GPU cannot be seen"));
  CHECK(says(with([](MachineGpu& gpu) { gpu.mig = true; }), "cut into parts (MIG)"));
  CHECK(says(with([](MachineGpu& gpu) { gpu.slowed_fraction = 0.02; }),
             "heat or the power supply slowed the GPU down for 2"));
  CHECK(with([](MachineGpu& gpu) { gpu.slowed_fraction = 0.2; }).front() == 'C');
  CHECK(says(with([](MachineGpu& gpu) { gpu.slowed_by = {"thermal"}; }), "in the figures (thermal)"));
  CHECK(says(with([](MachineGpu& gpu) { gpu.not_seen = "there is no NVML here"; }), "there is no NVML here"));
  MachineGpu starts_anew = quiet;
  starts_anew.persistence = false;
  CHECK(says(graded(starts_anew), "persistence mode is off"));
  CHECK(graded(starts_anew).front() == base.front());
}
