#include "bench/diagnoses.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using namespace mlplan;
using namespace mlplan::bench;

namespace {

Stat one(double value) {
  Stat out;
  out.median = value;
  out.n = 1;
  return out;
}

// 100 MB read in 200 of 250 ms, with these parts.
Report reading(const char* state_name, const std::vector<std::pair<std::string, double>>& parts_ms) {
  Report report;
  report.model.bytes = 100'000'000;
  ColdStartState& state = report.cold_start.states.emplace_back();
  state.name = state_name;
  state.achieved = true;
  state.time_to_first_result = one(250e6);
  Phase& read = state.phases.emplace_back();
  read.name = "file_read";
  read.wall = one(200e6);
  for (const auto& [name, ms] : parts_ms) read.parts.emplace_back(name, one(ms * 1e6));
  state.limit.copy_bytes_per_s = 8e9;
  if (state.name != "warm") state.limit.read_bytes_per_s = 2e9;
  return report;
}

std::string all(const Report& report) {
  std::string out;
  for (const std::string& sentence : diagnose(report)) out += sentence + "\n";
  return out;
}

}  // namespace

TEST_CASE("a warm reading that had to wait for a CPU is not said to wait for storage") {
  const std::string text = all(reading("warm", {{"first_touch", 60}, {"copy", 20}, {"cpu_wait", 110}}));
  CHECK(text.find("Warm reading runs at 500 MB/s where copying from the page cache gives 8.00 GB/s: waiting for a CPU "
                  "that others had is 55.0 % of it.") != std::string::npos);
  CHECK(text.find("storage") == std::string::npos);
}

TEST_CASE("time off the CPU without a known reason is called that") {
  const std::string warm = all(reading("warm", {{"first_touch", 60}, {"copy", 20}, {"off_cpu", 120}}));
  CHECK(warm.find("time off the CPU, the reason unknown, is 60.0 % of it.") != std::string::npos);
  const std::string cold = all(reading("model_cold", {{"first_touch", 60}, {"copy", 20}, {"off_cpu", 120}}));
  CHECK(cold.find("waiting, for storage or for a CPU, is 60.0 % of it.") != std::string::npos);
}

TEST_CASE("a cold reading is held against the storage, and may wait for it") {
  const std::string text =
      all(reading("model_cold", {{"first_touch", 60}, {"copy", 20}, {"cpu_wait", 10}, {"storage_wait", 110}}));
  CHECK(
      text.find("Cold reading runs at 500 MB/s where the fastest plain read of this file gives 2.00 GB/s: waiting for "
                "storage is 55.0 % of it.") != std::string::npos);
}

TEST_CASE("first touch is said to be an estimate, and a small cause is not named") {
  CHECK(all(reading("warm", {{"first_touch", 150}, {"copy", 50}}))
            .find("first touch of fresh memory is an estimated 75.0 % of it.") != std::string::npos);
  CHECK(all(reading("warm", {{"first_touch", 40}, {"copy", 160}})).find("gives 8.00 GB/s.") != std::string::npos);
}

namespace {

SteadyRow on_gpu(std::int64_t batch, double device_ns, double enqueue_ns) {
  SteadyRow row;
  row.batch = batch;
  row.device = one(device_ns);
  row.isolated = one(device_ns);
  row.enqueue = one(enqueue_ns);
  return row;
}

const Warning* find(const std::vector<Warning>& warnings, std::string_view code) {
  for (const Warning& warning : warnings) {
    if (warning.code == code) return &warning;
  }
  return nullptr;
}

}  // namespace

TEST_CASE("a row is host-bound where queueing its work takes most of the time on the device") {
  CHECK(is_host_bound(on_gpu(1, 1e6, 0.81e6)) == true);
  CHECK(is_host_bound(on_gpu(1, 1e6, 0.8e6)) == false);
  CHECK(is_host_bound(on_gpu(1, 50e6, 1e6)) == false);
  CHECK_FALSE(is_host_bound(SteadyRow{}));
  SteadyRow with_gaps = on_gpu(1, 1.5e6, 1e6);
  CHECK(is_host_bound(with_gaps) == false);
  with_gaps.isolated = one(1.2e6);  // of which it is more than 0.8
  CHECK(is_host_bound(with_gaps) == true);
  CHECK_FALSE(is_host_bound(on_gpu(1, 0, 1e6)));  // nothing ran there
  with_gaps.isolated.reset();                     // the host may have waited for the GPU
  CHECK_FALSE(is_host_bound(with_gaps));
}

TEST_CASE("the warning of a host-bound model names the batches that are, and what to do") {
  Report report;
  report.steady = {on_gpu(1, 1.05e6, 1e6), on_gpu(2, 1.1e6, 1e6), on_gpu(32, 9e6, 1e6)};
  const std::vector<Warning> warnings = warn(report);
  const Warning* found = find(warnings, "host_bound");
  REQUIRE(found != nullptr);
  CHECK(found->message ==
        "at batch 1, 2 the CPU sets the pace, not the GPU: queueing the work of an inference takes 1.00 ms, by itself "
        "it takes 1.05 ms on the GPU");
  CHECK(found->hint.find("batch") != std::string::npos);
  report.steady.erase(report.steady.begin(), report.steady.begin() + 2);
  CHECK(find(warn(report), "host_bound") == nullptr);
}

TEST_CASE("what is copied to a GPU is told with its rate, and nothing is said of it on a CPU") {
  Report report = reading("warm", {});
  CHECK(all(report).find("to the GPU") == std::string::npos);
  ColdStartState& state = report.cold_start.states.front();
  state.copied_bytes = 80'000'000;
  Phase& copy = state.phases.emplace_back();
  copy.name = "copy_to_device";
  copy.wall = one(20e6);
  CHECK(all(report).find("Copying 76.3 MiB to the GPU takes 20.0 ms of a warm start, 4.00 GB/s.") != std::string::npos);
  state.phases.back().wall = one(12e6);
  CHECK(all(report).find("to the GPU") == std::string::npos);  // not where the time is
}

TEST_CASE("starts and rows in which the GPU was slowed down are warned of, with how often they were taken again") {
  Report report = reading("warm", {});
  CHECK(find(warn(report), "gpu_slowed") == nullptr);
  report.cold_start.states.front().gpu_slowed = 2;
  report.cold_start.states.front().gpu_again = 12;
  const std::vector<Warning> of_starts = warn(report);
  REQUIRE(find(of_starts, "gpu_slowed") != nullptr);
  CHECK(find(of_starts, "gpu_slowed")->message.find("slowed the GPU down in 2 of") != std::string::npos);
  report.cold_start.states.front().gpu_slowed = 0;
  SteadyRow& row = report.steady.emplace_back(on_gpu(8, 9e6, 1e6));
  row.blocks = 6;
  row.gpu = GpuConditions{.slowed_by = {"power_cap"}, .again_blocks = 3};
  CHECK(find(warn(report), "gpu_slowed") == nullptr);  // those that are in the figures were not slowed down by heat
  row.gpu->slowed_by = {"thermal"};
  row.gpu->slowed_blocks = 1;
  const std::vector<Warning> of_rows = warn(report);
  REQUIRE(find(of_rows, "gpu_slowed") != nullptr);
  CHECK(find(of_rows, "gpu_slowed")->message ==
        "at batch 8 the GPU was slowed down in 1 of 6 blocks (thermal), after 3 were measured again for that");
}

TEST_CASE("two ways to tell a worker's memory on the GPU may differ by a little") {
  constexpr double kMiB = 1024 * 1024;
  Report report = reading("warm", {});
  GpuMemory memory;
  const auto warned = [&](double share, double process) {
    memory.process = one(process);
    memory.disagreement = share;
    report.memory.gpu = memory;
    return find(warn(report), "gpu_memory_disagrees") != nullptr;
  };
  CHECK_FALSE(warned(0.019, 1000 * kMiB));
  CHECK(warned(0.021, 1000 * kMiB));
  CHECK_FALSE(warned(0.03, 200 * kMiB));  // 6 MiB
  memory.disturbed = 2;
  report.memory.gpu = memory;
  CHECK(find(warn(report), "gpu_disturbed") != nullptr);
}

TEST_CASE("a varied start is spoken of where its interval lies apart from that of starts as found") {
  Report report = reading("warm", {});
  const auto interval = [](double low, double median, double high) {
    Stat stat = one(median);
    stat.low = low;
    stat.high = high;
    return stat;
  };
  report.cold_start.states.front().time_to_first_result = interval(0.9e9, 1e9, 1.1e9);
  VariedStarts& varied = report.cold_start.varied.emplace_back();
  varied.variable = "CUDA_MODULE_LOADING";
  varied.value = "EAGER";
  varied.module_loading = "eager";
  varied.time_to_first_result = interval(1.05e9, 1.2e9, 1.3e9);
  CHECK(all(report).find("EAGER") == std::string::npos);
  varied.time_to_first_result = interval(1.15e9, 1.2e9, 1.3e9);
  CHECK(all(report).find("With CUDA_MODULE_LOADING=EAGER a warm start takes 1.20 s where it takes 1.00 s as found.") !=
        std::string::npos);
  CHECK(find(warn(report), "no_effect") == nullptr);
  varied.module_loading = "lazy";
  CHECK(find(warn(report), "no_effect") != nullptr);
}
