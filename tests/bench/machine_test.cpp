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
