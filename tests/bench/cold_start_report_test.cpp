#include "bench/cold_start_report.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace mlplan;
using namespace mlplan::bench;

namespace {

// A start of 1,000 ms: 10 process, 90 framework, 600 load (500 of it reading), 1 input, 289 first inference, 10
// unexplained.
ColdSample sample(CacheState state, std::int64_t at_ns = 5'000'000'000) {
  ColdSample out;
  out.state = state;
  out.proven = true;
  out.spawned_ns = at_ns;
  const auto stamp = [&](std::int64_t ms, std::int64_t cpu_ms, std::int64_t faults) {
    return worker::Stamp{at_ns + ms * 1'000'000, cpu_ms * 1'000'000, faults, 0, 0};
  };
  out.stamps.preinit = stamp(10, 8, 100);
  out.stamps.framework = stamp(100, 90, 1000);
  out.stamps.op_libraries = out.stamps.framework;
  out.stamps.unpack = out.stamps.framework;
  out.stamps.loaded = stamp(700, 650, 30'000);
  out.stamps.reading = {500'000'000, 480'000'000, 25'000, 0, 0};
  out.stamps.input = stamp(701, 651, 30'100);
  out.stamps.first_result = stamp(990, 900, 40'000);
  out.result_ns = at_ns + 1'000'000'000;
  out.warmed_up.emplace();
  out.warmed_up->inferences = 60;
  out.warmed_up->steady = true;
  out.warmed_up->steady_from = 4;
  out.warmed_up->steady_at_ns = at_ns + 1'500'000'000;
  return out;
}

double phase_ns(const Timeline& times, const std::string& name) {
  for (const PhaseTime& phase : times.phases) {
    if (phase.name == name) return static_cast<double>(phase.spent.time_ns);
  }
  return -1;
}

}  // namespace

TEST_CASE("the phases of a sample and what none explains add up to the wall, exactly") {
  const Timeline times = timeline(sample(CacheState::warm));
  double sum = times.unattributed_ns;
  for (const PhaseTime& phase : times.phases) sum += static_cast<double>(phase.spent.time_ns);
  CHECK(sum == times.wall_ns);
  CHECK(times.wall_ns == 1e9);
  CHECK(times.unattributed_ns == 10e6);
  CHECK(phase_ns(times, "process_start") == 10e6);
  CHECK(phase_ns(times, "framework_start") == 90e6);
  CHECK(phase_ns(times, "file_read") == 500e6);
  CHECK(phase_ns(times, "deserialise") == 100e6);
  CHECK(phase_ns(times, "first_inference") == 289e6);
  CHECK(phase_ns(times, "unpack") == -1);
  CHECK(phase_ns(times, "cuda_context") == -1);
}

TEST_CASE("a start on a GPU has its phases, and copies are counted apart from reading and deserialising") {
  ColdSample on_gpu = sample(CacheState::warm);
  const auto later = [&](std::int64_t ms) {
    worker::Stamp out = on_gpu.stamps.framework;
    out.time_ns += ms * 1'000'000;
    return out;
  };
  on_gpu.stamps.cuda_driver = later(20);
  on_gpu.stamps.cuda_libraries = later(30);
  on_gpu.stamps.cuda_context = later(70);
  on_gpu.stamps.torch_cuda_init = on_gpu.stamps.op_libraries = on_gpu.stamps.unpack = later(72);
  on_gpu.stamps.reading = {300'000'000, 280'000'000, 20'000, 0, 0};
  on_gpu.stamps.copying = {200'000'000, 190'000'000, 10, 0, 0};
  on_gpu.stamps.copied_bytes = 64'000'000;
  const Timeline times = timeline(on_gpu);
  CHECK(phase_ns(times, "framework_start") == 90e6);
  CHECK(phase_ns(times, "cuda_driver") == 20e6);
  CHECK(phase_ns(times, "cuda_libraries") == 10e6);
  CHECK(phase_ns(times, "cuda_context") == 40e6);
  CHECK(phase_ns(times, "torch_cuda_init") == 2e6);
  CHECK(phase_ns(times, "file_read") == 300e6);
  CHECK(phase_ns(times, "deserialise") == 28e6);
  CHECK(phase_ns(times, "copy_to_device") == 200e6);
  double sum = times.unattributed_ns;
  for (const PhaseTime& phase : times.phases) sum += static_cast<double>(phase.spent.time_ns);
  CHECK(sum == times.wall_ns);
  CHECK(times.unattributed_ns == 10e6);

  const ColdStartState state = assemble_state(CacheState::warm, {on_gpu}, 64'000'000, {});
  CHECK(state.copied_bytes == 64'000'000);
  std::vector<std::string> names;
  for (const Phase& phase : state.phases) names.push_back(phase.name);
  CHECK(names == std::vector<std::string>{"process_start", "framework_start", "cuda_driver", "cuda_libraries",
                                          "cuda_context", "torch_cuda_init", "file_read", "deserialise",
                                          "copy_to_device", "make_input", "first_inference"});
  CHECK_FALSE(assemble_state(CacheState::warm, {sample(CacheState::warm)}, 1, {}).copied_bytes);
}

TEST_CASE("faults and CPU time are those within the phase") {
  const Timeline times = timeline(sample(CacheState::warm));
  for (const PhaseTime& phase : times.phases) {
    if (phase.name == "deserialise") {
      CHECK(phase.spent.minor_faults == 4000);
      CHECK(phase.spent.cpu_ns == 80'000'000);
    }
    if (phase.name == "process_start") CHECK(phase.spent.minor_faults == 100);
  }
}

TEST_CASE("the CPU time of reading is split by the measured cost of a fault, the rest of it is copying") {
  MachineLimits limits;
  limits.fault_ns = 1000;
  const ReadParts parts = split_reading({500'000'000, 480'000'000, 250'000, 0, 0}, 0, 250'000 * 4096, limits);
  CHECK(parts.first_touch_ns == doctest::Approx(250e6));
  CHECK(parts.copy_ns == doctest::Approx(230e6));
}

TEST_CASE("time off the CPU is waiting for storage only where bytes came from there") {
  constexpr std::int64_t kBytes = 100'000'000;
  worker::Stamp reading{500'000'000, 300'000'000, 0, 0, kBytes};
  ReadParts parts = split_reading(reading, 50'000'000, kBytes, {});
  CHECK(parts.cpu_wait_ns == 50e6);
  CHECK(parts.storage_wait_ns == 150e6);
  CHECK(parts.off_cpu_ns == 0);
  reading.read_bytes = 4096;  // a stray page
  parts = split_reading(reading, 190'000'000, kBytes, {});
  CHECK(parts.cpu_wait_ns == 190e6);
  CHECK(parts.storage_wait_ns == 0);
  CHECK(parts.off_cpu_ns == 10e6);
}

TEST_CASE("where the wait for a CPU is not known, time off the CPU has no reason, nor more of one than there was") {
  constexpr std::int64_t kBytes = 100'000'000;
  const worker::Stamp reading{500'000'000, 300'000'000, 0, 0, kBytes};
  const ReadParts parts = split_reading(reading, std::nullopt, kBytes, {});
  CHECK(parts.storage_wait_ns == 0);
  CHECK(parts.cpu_wait_ns == 0);
  CHECK(parts.off_cpu_ns == 200e6);
  CHECK(split_reading(reading, 900'000'000, kBytes, {}).cpu_wait_ns == 200e6);
}

TEST_CASE("the parts of reading add up to it, and a wait that no sample had is no part") {
  MachineLimits limits;
  limits.fault_ns = 1000;
  ColdSample with = sample(CacheState::warm);
  with.stamps.reading_cpu_wait_ns = 20'000'000;
  const ColdStartState state = assemble_state(CacheState::warm, {with, with}, 100'000'000, limits);
  for (const Phase& phase : state.phases) {
    if (phase.name != "file_read") continue;
    REQUIRE(phase.parts.size() == 3);
    CHECK(phase.parts[2].first == "cpu_wait");
    double sum = 0;
    for (const auto& [name, wall] : phase.parts) sum += wall.median;
    CHECK(sum == phase.wall.median);
  }
}

TEST_CASE("huge pages are told by the bytes that few faults brought in") {
  MachineLimits limits;
  limits.fault_ns = 1000;
  limits.huge_page_ns = 200'000;
  const std::int64_t bytes = std::int64_t{512} * 2 * 1024 * 1024;
  const ReadParts parts = split_reading({400'000'000, 400'000'000, 512, 0, 0}, 0, bytes, limits);
  CHECK(parts.first_touch_ns == doctest::Approx(512 * 200e3));
}

TEST_CASE("estimates that exceed what was spent are cut in proportion") {
  MachineLimits limits;
  limits.fault_ns = 3e6;
  limits.copy_bytes_per_s = 4.096e6 / 1.0;  // one second for these bytes, three for their faults
  const ReadParts parts = split_reading({5'000'000, 4'000'000, 1000, 0, 0}, 0, 4'096'000, limits);
  CHECK(parts.first_touch_ns == doctest::Approx(3e6));
  CHECK(parts.copy_ns == doctest::Approx(1e6));
}

TEST_CASE("first touch is never more than the time there was") {
  MachineLimits limits;
  limits.fault_ns = 1e6;
  const ReadParts parts = split_reading({5'000'000, 4'000'000, 1000, 0, 0}, 0, 4'096'000, limits);
  CHECK(parts.first_touch_ns == 4e6);
  CHECK(parts.copy_ns == 0);
}

TEST_CASE("a state is made of its own proven samples only") {
  std::vector<ColdSample> samples;
  for (int i = 0; i < 7; ++i) samples.push_back(sample(CacheState::warm));
  samples.push_back(sample(CacheState::model_cold));
  samples.push_back(sample(CacheState::warm));
  samples.back().proven = false;
  samples.back().not_proven = "a warm start read 30 MiB from storage";
  samples.front().warmed_up->steady = false;
  const ColdStartState state = assemble_state(CacheState::warm, samples, 100'000'000, {});
  CHECK(state.achieved);
  CHECK(state.time_to_first_result.n == 7);
  CHECK(state.rejected == 1);
  CHECK(state.rejected_why == std::vector<std::string>{"a warm start read 30 MiB from storage"});
  CHECK(state.never_steady == 1);
  CHECK(state.time_to_steady.n == 6);
  CHECK(state.time_to_steady.samples.size() == 7);
  CHECK(state.time_to_steady.median == doctest::Approx(1.5e9));
  CHECK(state.phases.front().name == "process_start");
}

TEST_CASE("a warm-up cut off too soon is undecided, and never taken for a short one") {
  std::vector<ColdSample> samples(8, sample(CacheState::warm));
  for (int i = 0; i < 5; ++i) {
    samples[static_cast<std::size_t>(i)].warmed_up->steady = false;
    samples[static_cast<std::size_t>(i)].warmed_up->inferences = 4;
  }
  samples.back().warmed_up.reset();  // not tried
  const ColdStartState state = assemble_state(CacheState::warm, samples, 100'000'000, {});
  CHECK(state.warm_up_undecided == 5);
  CHECK(state.never_steady == 0);
  CHECK(state.time_to_steady.n == 2);
  CHECK(std::isnan(state.time_to_steady.median));  // five of seven lie beyond what was seen
  CHECK_FALSE(state.time_to_steady.high);
}

TEST_CASE("the best of two measurements of the machine is its limit") {
  MachineLimits a;
  a.copy_bytes_per_s = 5e9;
  a.fault_ns = 300;
  MachineLimits b;
  b.copy_bytes_per_s = 8e9;
  b.cold_read_bytes_per_s = 1e9;
  b.fault_ns = 400;
  const MachineLimits best = best_of(a, b);
  CHECK(best.copy_bytes_per_s == 8e9);
  CHECK(best.cold_read_bytes_per_s == 1e9);
  CHECK(best.fault_ns == 300);
  CHECK_FALSE(best.first_touch_bytes_per_s);
}

TEST_CASE("without a proven sample the state is not achieved") {
  CHECK_FALSE(assemble_state(CacheState::all_cold, {sample(CacheState::warm)}, 1, {}).achieved);
}

TEST_CASE("the floor is the file at the rate of the state, and only a cold one has a rate of storage") {
  MachineLimits limits;
  limits.cold_read_bytes_per_s = 1e9;
  limits.copy_bytes_per_s = 10e9;
  CHECK(assemble_state(CacheState::model_cold, {sample(CacheState::model_cold)}, 500'000'000, limits).limit.floor_ns ==
        doctest::Approx(0.5e9));
  CHECK(assemble_state(CacheState::warm, {sample(CacheState::warm)}, 500'000'000, limits).limit.floor_ns ==
        doctest::Approx(0.05e9));
  CHECK(assemble_state(CacheState::model_cold, {}, 1, limits).limit.read_bytes_per_s == 1e9);
  CHECK_FALSE(assemble_state(CacheState::warm, {}, 1, limits).limit.read_bytes_per_s);
}
