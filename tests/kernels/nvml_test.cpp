// What NVML tells, by way of the same dlopen as a real one's, on a stand-in.
#include "kernels/gpu/nvml.h"

#include "tests/stand_ins/stand_in_nvml.h"

using namespace mlplan::gpu;
using mlplan::tests::StandInNvml;

namespace {

ManagedDevice device_at(const std::string& bus) {
  const ManagedDeviceQuery query = find_managed_device(bus);
  REQUIRE_MESSAGE(query.device, query.why_not);
  return *query.device;
}

}  // namespace

TEST_CASE("a GPU is found by its bus id and says what it is, in units of ours") {
  const StandInNvml nvml({{"bus", "0000:1b:00.0"},
                          {"name", "NVIDIA H200"},
                          {"uuid", "GPU-1"},
                          {"driver", "580.82.07"},
                          {"highest_sm_clock", "1980"},
                          {"highest_memory_clock", "3201"},
                          {"power_limit", "700000"},
                          {"ecc", "1"},
                          {"mig", "0"},
                          {"persistence", "0"},
                          {"total", "1000"},
                          {"reserved", "100"},
                          {"used", "300"}});
  const ManagedDevice device = device_at("0000:1B:00.0");
  const ManagedTraits traits = device.traits();
  CHECK(traits.name == "NVIDIA H200");
  CHECK(traits.uuid == "GPU-1");
  CHECK(traits.driver_version == "580.82.07");
  CHECK(traits.highest_sm_clock_hz == 1.98e9);
  CHECK(traits.highest_memory_clock_hz == 3.201e9);
  CHECK(traits.power_limit_w == 700);
  CHECK(traits.ecc == true);
  CHECK(traits.mig == false);
  CHECK(traits.persistence == false);
  const auto memory = device.memory();
  REQUIRE(memory);
  CHECK(memory->total == 1000);
  CHECK(memory->reserved == 100);
  CHECK(memory->used == 300);
  CHECK(memory->free == 600);
}

TEST_CASE("what a GPU does not tell is absent") {
  const StandInNvml nvml({{"bus", "0000:1b:00.0"}});
  const ManagedDevice device = device_at("0000:1b:00.0");
  const ManagedTraits traits = device.traits();
  CHECK(traits.name.empty());
  CHECK_FALSE(traits.highest_sm_clock_hz);
  CHECK_FALSE(traits.ecc);
  CHECK_FALSE(traits.mig);
  CHECK_FALSE(traits.persistence);
  const ManagedState state = device.state();
  CHECK_FALSE(state.sm_clock_hz);
  CHECK_FALSE(state.temperature_c);
  CHECK_FALSE(state.slowdowns);
  CHECK_FALSE(state.thermal_ns);
  CHECK_FALSE(device.memory());
}

TEST_CASE("the state is read anew, and reasons that are none of a slowdown are left aside") {
  StandInNvml nvml({{"bus", "0000:1b:00.0"},
                    {"sm_clock", "345"},
                    {"memory_clock", "2619"},
                    {"power", "75500"},
                    {"temperature", "31"},
                    {"reasons", "0x1"},  // idle
                    {"power_cap_ns", "5"},
                    {"thermal_ns", "0"},
                    {"power_brake_ns", "7"}});
  const ManagedDevice device = device_at("0000:1b:00.0");
  const ManagedState idle = device.state();
  CHECK(idle.sm_clock_hz == 345e6);
  CHECK(idle.memory_clock_hz == 2619e6);
  CHECK(idle.power_w == 75.5);
  CHECK(idle.temperature_c == 31);
  CHECK(idle.slowdowns == Slowdowns{});
  CHECK(idle.power_cap_ns == 5);
  CHECK(idle.thermal_ns == 0);
  CHECK(idle.power_brake_ns == 7);
  const auto slowdowns = [&](const char* reasons) {
    nvml.set({{"reasons", reasons}});
    return device.state().slowdowns;
  };
  CHECK(slowdowns("0x4") == Slowdowns{.power_cap = true});
  CHECK(slowdowns("0x8") == Slowdowns{.hardware = true});
  CHECK(slowdowns("0x20") == Slowdowns{.thermal = true});
  CHECK(slowdowns("0x48") == Slowdowns{.thermal = true, .hardware = true});
  CHECK(slowdowns("0x80") == Slowdowns{.power_brake = true});
}

TEST_CASE("processes are listed however many there are, and one whose memory is not told has none") {
  StandInNvml nvml({{"bus", "0000:1b:00.0"}, {"stranger_4000000", "1024"}, {"stranger_4000001", "unknown"}});
  const ManagedDevice device = device_at("0000:1b:00.0");
  auto processes = device.processes();
  REQUIRE(processes);
  REQUIRE(processes->size() == 2);
  CHECK((*processes)[0].pid == 4000000);
  CHECK((*processes)[0].bytes == 1024);
  CHECK_FALSE((*processes)[1].bytes);
  for (int i = 0; i < 30; ++i) nvml.set({{("stranger_" + std::to_string(4000010 + i)).c_str(), "1"}});
  processes = device.processes();
  REQUIRE(processes);
  CHECK(processes->size() == 32);
}

TEST_CASE("why there is no NVML is said, and what to do") {
  StandInNvml nvml({{"bus", "0000:1b:00.0"}, {"init", "18"}});
  CHECK(find_managed_device("0000:1b:00.0").why_not.find("reboot after an update of the driver") != std::string::npos);
  nvml.set({{"init", "9"}});
  CHECK(find_managed_device("0000:1b:00.0").why_not.find("kernel module is not loaded") != std::string::npos);
  nvml.set({{"init", "15"}});
  CHECK(find_managed_device("0000:1b:00.0").why_not ==
        "NVML cannot be started: NVML's error 15, an error of the stand-in");
  nvml.set({{"init", "0"}});
  CHECK(find_managed_device("0000:2c:00.0").why_not.starts_with("NVML does not know the GPU 0000:2c:00.0"));
}
