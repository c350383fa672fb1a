#include "bench/gpu_watch.h"

#include "tests/stand_ins/stand_in_nvml.h"

using namespace mlplan;
using namespace mlplan::bench;
using mlplan::tests::StandInNvml;

namespace {

GpuSpan with_thermal(std::int64_t before_ns, std::int64_t after_ns) {
  GpuSpan span;
  span.before.thermal_ns = before_ns;
  span.after.thermal_ns = after_ns;
  return span;
}

const GpuSpan kCool = with_thermal(5, 5);
const GpuSpan kHot = with_thermal(5, 6);

}  // namespace

TEST_CASE("a slowdown counts at either end, and where its time has grown in between") {
  GpuSpan span;
  CHECK(slowdowns_in(span) == gpu::Slowdowns{});
  span.before.slowdowns = gpu::Slowdowns{.power_cap = true};
  span.after.slowdowns = gpu::Slowdowns{.hardware = true};
  CHECK(slowdowns_in(span) == gpu::Slowdowns{.power_cap = true, .hardware = true});
  CHECK(slowdowns_in(kCool) == gpu::Slowdowns{});
  CHECK(slowdowns_in(kHot) == gpu::Slowdowns{.thermal = true});
  span = {};
  span.after.power_brake_ns = 9;  // grown from what?
  CHECK(slowdowns_in(span) == gpu::Slowdowns{});
  CHECK(spoils({.thermal = true}));
  CHECK(spoils({.power_brake = true}));
  CHECK(spoils({.hardware = true}));
  CHECK_FALSE(spoils({.power_cap = true}));
}

TEST_CASE("what was measured while slowed down is thrown away, at most so often, and then kept and marked") {
  GpuSpans spans;
  CHECK_FALSE(spans.again(kCool, 0));
  for (int tries = 0; tries < kMostAgain; ++tries) CHECK(spans.again(kHot, tries));
  CHECK_FALSE(spans.again(kHot, kMostAgain));
  CHECK(spans.kept().size() == 2);
  CHECK(spans.slowed() == 1);
  CHECK(spans.thrown_away() == kMostAgain);
  for (int i = kMostAgain; i < kMostAgainOfAll; ++i) CHECK(spans.again(kHot, 0));
  CHECK_FALSE(spans.again(kHot, 0));  // enough of this row
  CHECK(spans.slowed() == 2);
}

TEST_CASE("a row's conditions are ranges over its blocks, and no block has none") {
  GpuSpans spans;
  CHECK_FALSE(conditions_of(spans));
  for (const double mhz : {1980.0, 345.0, 1500.0}) {
    GpuSpan span = kCool;
    span.before.sm_clock_hz = mhz * 1e6;
    span.after.sm_clock_hz = 1980e6;
    span.after.power_w = mhz / 10;
    span.after.slowdowns = gpu::Slowdowns{.power_cap = mhz == 1500.0};
    spans.again(span, 0);
  }
  const auto conditions = conditions_of(spans);
  REQUIRE(conditions);
  REQUIRE(conditions->sm_clock_before);
  CHECK(conditions->sm_clock_before->low == 345e6);
  CHECK(conditions->sm_clock_before->median == 1500e6);
  CHECK(conditions->sm_clock_before->high == 1980e6);
  CHECK(conditions->sm_clock_before->n == 3);
  CHECK(conditions->sm_clock_after->low == 1980e6);
  CHECK(conditions->power_w->median == 150);
  CHECK_FALSE(conditions->temperature_c);
  CHECK(conditions->slowed_by == std::vector<std::string>{"power_cap"});
  CHECK(conditions->slowed_blocks == 0);
}

TEST_CASE("a run's GPU has what it is, who else is on it, and how long it was slowed down") {
  StandInNvml nvml({{"bus", "0000:1b:00.0"},
                    {"name", "NVIDIA H200"},
                    {"total", "1000"},
                    {"used", "100"},
                    {"sm_clock", "345"},
                    {"thermal_ns", "0"},
                    {"stranger_4000000", "50"}});
  worker::BuildFacts build;
  build.device_pci_bus_id = "0000:1B:00.0";
  build.cuda_module_loading = "lazy";
  MachineGpu gpu;
  GpuOfRun run = describe_gpu("cuda:1", build, gpu);
  REQUIRE(run.device);
  CHECK(gpu.device == "cuda:1");
  CHECK(gpu.name == "NVIDIA H200");
  CHECK(gpu.module_loading == "lazy");
  CHECK(gpu.free_bytes == 850);
  CHECK(gpu.other_processes == 1);
  CHECK(gpu.at_begin.sm_clock == 345e6);
  CHECK(gpu.not_seen.empty());
  nvml.set({{"sm_clock", "1980"}, {"thermal_ns", "250"}, {"stranger_4000001", "1"}, {"stranger_4000002", "1"}});
  run.begin_ns -= 1'000'000'000'000;
  note_end(run, {.power_cap = true, .thermal = true}, gpu);
  CHECK(gpu.at_end.sm_clock == 1980e6);
  CHECK(gpu.other_processes == 3);
  CHECK(gpu.slowed_by == std::vector<std::string>{"power_cap", "thermal"});
  REQUIRE(gpu.slowed_fraction);
  CHECK(*gpu.slowed_fraction == doctest::Approx(2.5e-10).epsilon(0.05));
}

TEST_CASE("a GPU that NVML does not show has the reason") {
  const StandInNvml nvml({{"bus", "0000:1b:00.0"}, {"init", "9"}});
  worker::BuildFacts build;
  build.device_pci_bus_id = "0000:1b:00.0";
  MachineGpu gpu;
  const GpuOfRun run = describe_gpu("cuda:0", build, gpu);
  CHECK_FALSE(run.device);
  CHECK(gpu.not_seen.find("kernel module") != std::string::npos);
  note_end(run, {}, gpu);
  CHECK_FALSE(gpu.other_processes);
}
