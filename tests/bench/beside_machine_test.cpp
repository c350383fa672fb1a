#include "bench/beside_machine.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "bench/machine.h"
#include "profiles/support/atomic_file.h"
#include "tests/temporary_folder.h"

using namespace mlplan;
using namespace mlplan::bench;

namespace {

constexpr double kMs = 1e6;
constexpr std::int64_t kMiB = 1 << 20;

MachineFigure figure(double best) { return {.best = best, .median = best, .samples = {best}}; }

Stat median(double value) { return Stat{.median = value, .n = 1}; }

Phase phase(const char* name, double ms) {
  Phase out;
  out.name = name;
  out.wall = median(ms * kMs);
  return out;
}

ColdStartState state(const char* name, double read_ms) {
  ColdStartState out;
  out.name = name;
  out.achieved = true;
  out.time_to_first_result = median(1e9);
  out.phases = {phase("process_start", 20), phase("file_read", read_ms)};
  return out;
}

SteadyRow row(std::int64_t batch, std::int64_t threads, std::int64_t workers, double inputs_per_s) {
  SteadyRow out;
  out.batch = batch;
  out.threads = threads;
  out.workers = workers;
  out.throughput = median(inputs_per_s);
  return out;
}

Report report() {
  Report out;
  out.model.format = "torchscript";
  out.model.bytes = 500'000'000;
  out.model.weights = {{.dtype = "f32", .parameters = 120'000'000, .bytes = 480'000'000},
                       {.dtype = "f16", .parameters = 10'000'000, .bytes = 20'000'000}};
  out.cold_start.states = {state("warm", 250), state("model_cold", 1000)};
  out.steady = {row(1, 1, 1, 10), row(8, 2, 1, 96), row(1, 1, 2, 16)};
  return out;
}

ProfileInUse machine() {
  ProfileInUse out{.path = "here.json"};
  out.profile.started_at = "2026-01-05T10:00:00Z";
  out.profile.process_start.small = figure(1 * kMs);
  out.profile.storage.read = figure(1e9);
  out.profile.storage.page_cache = {{.threads = 2, .read = figure(9e9)}, {.threads = 1, .read = figure(8e9)}};
  out.profile.memory = {{.threads = 1, .read = figure(10e9)}, {.threads = 2, .read = figure(16e9)}};
  out.cache_bytes = 32 * kMiB;
  return out;
}

const LimitFraction* found(const BesideMachine& beside, const std::string& figure, const std::string& limit = {}) {
  const auto each = std::ranges::find_if(beside.figures, [&](const LimitFraction& one) {
    return one.figure == figure && (limit.empty() || one.limit == limit);
  });
  return each == beside.figures.end() ? nullptr : &*each;
}

bool is_not_compared(const BesideMachine& beside, const std::string& what) {
  return std::ranges::any_of(beside.not_compared,
                             [&](const std::string& why) { return why.find(what) != std::string::npos; });
}

Report on_gpu() {
  Report out = report();
  out.mlplan.device = "cuda:0";
  out.mlplan.libtorch_build = "CUDA 13.0 build; NVIDIA L4, driver for CUDA 13.0";
  for (ColdStartState& each : out.cold_start.states) {
    each.phases.push_back(phase("cuda_driver", 400));
    each.phases.push_back(phase("cuda_context", 200));
    each.phases.push_back(phase("copy_to_device", 100));
    each.copied_bytes = 500'000'000;
  }
  return out;
}

ProfileInUse machine_with_gpu() {
  ProfileInUse out = machine();
  GpuProfile& gpu = out.profile.gpus.emplace_back();
  gpu.info.device = 3;
  gpu.info.name = "NVIDIA L4";
  gpu.info.l2_bytes = 48 * kMiB;
  gpu.start.driver = figure(100 * kMs);
  gpu.start.context = figure(150 * kMs);
  gpu.copies.to_device_pinned = figure(20e9);
  gpu.copies.to_device_pageable = figure(6e9);
  gpu.memory.read = figure(250e9);
  return out;
}

}  // namespace

TEST_CASE("rates are reached over limit, times limit over reached, each with both") {
  const BesideMachine beside = beside_machine(report(), machine());
  CHECK(beside.profile == "here.json");
  CHECK(beside.probed_at == "2026-01-05T10:00:00Z");
  const LimitFraction* warm = found(beside, "cold_start.warm.file_read");
  REQUIRE(warm);
  CHECK(warm->limit == "disk/page_cache/threads:1");
  CHECK(warm->reached_bytes_per_s == 2e9);
  CHECK(warm->limit_bytes_per_s == 8e9);
  CHECK(warm->fraction == 0.25);
  CHECK(warm->assumes.empty());
  const LimitFraction* cold = found(beside, "cold_start.model_cold.file_read");
  REQUIRE(cold);
  CHECK(cold->limit == "disk/read");
  CHECK(cold->fraction == 0.5);
  const LimitFraction* start = found(beside, "cold_start.warm.process_start");
  REQUIRE(start);
  CHECK(start->reached == 20 * kMs);
  CHECK(start->limit_time == 1 * kMs);
  CHECK(start->fraction == 0.05);
  CHECK(beside.not_compared.empty());
}

TEST_CASE("the weights once an inference stand beside the memory of as many threads as all workers have") {
  const BesideMachine beside = beside_machine(report(), machine());
  const LimitFraction* alone = found(beside, "steady[batch=1,threads=1,workers=1]");
  REQUIRE(alone);
  CHECK(alone->reached_bytes_per_s == 5e9);
  CHECK(alone->fraction == 0.5);
  CHECK_FALSE(alone->assumes.empty());
  const LimitFraction* batch = found(beside, "steady[batch=8,threads=2,workers=1]");  // 12 inferences a second
  REQUIRE(batch);
  CHECK(batch->limit == "memory/read/threads:2");
  CHECK(batch->fraction == 6e9 / 16e9);
  const LimitFraction* two = found(beside, "steady[batch=1,threads=1,workers=2]");
  REQUIRE(two);
  CHECK(two->limit == "memory/read/threads:2");
  CHECK(two->fraction == 0.5);
}

TEST_CASE("what cannot be compared is said") {
  ProfileInUse other = machine();
  other.same_storage = false;
  other.profile.storage.page_cache.pop_back();
  other.profile.memory.front().threads = 4;  // of 4 and of 2
  Report given = report();
  given.steady = {row(1, 3, 1, 10)};
  const BesideMachine beside = beside_machine(given, other);
  CHECK_FALSE(found(beside, "cold_start.model_cold.file_read"));
  CHECK(is_not_compared(beside, "another file system"));
  CHECK(is_not_compared(beside, "cold_start.warm.file_read: the profile has no disk/page_cache/threads:1"));
  CHECK(is_not_compared(beside, "no memory/read with 3 threads"));
  given.model.format = "aotinductor";
  CHECK(is_not_compared(beside_machine(given, machine()), "compiled package"));
}

TEST_CASE("weights that a cache may hold say nothing of the memory") {
  Report given = report();
  given.model.weights = {{.dtype = "f32", .parameters = 1000, .bytes = 100 * kMiB}};
  CHECK(is_not_compared(beside_machine(given, machine()), "may come from the cache of 32"));
  ProfileInUse unknown = machine();
  unknown.cache_bytes.reset();
  CHECK(is_not_compared(beside_machine(report(), unknown), "how large the cache is"));
  given.model.weights.clear();
  CHECK(is_not_compared(beside_machine(given, machine()), "how large the weights are"));
}

TEST_CASE("starts that were not reached and open loops have nothing beside them") {
  Report given = report();
  given.cold_start.states.back().achieved = false;
  given.steady.front().mode = "open";
  const BesideMachine beside = beside_machine(given, machine());
  CHECK_FALSE(found(beside, "cold_start.model_cold.file_read"));
  CHECK_FALSE(found(beside, "steady[batch=1,threads=1,workers=1]"));
}

TEST_CASE("on a GPU the copy stands beside both links, its start beside a process's, the weights beside its memory") {
  const BesideMachine beside = beside_machine(on_gpu(), machine_with_gpu());
  const std::string copy = "cold_start.warm.copy_to_device";
  REQUIRE(found(beside, copy, "gpu/to_device_pinned/device:3"));
  CHECK(found(beside, copy, "gpu/to_device_pinned/device:3")->fraction == 0.25);
  CHECK(found(beside, copy, "gpu/to_device_pageable/device:3")->fraction == doctest::Approx(5.0 / 6));
  CHECK(found(beside, "cold_start.warm.cuda_driver")->fraction == 0.25);
  CHECK(found(beside, "cold_start.warm.cuda_context")->fraction == 0.75);
  const LimitFraction* steady = found(beside, "steady[batch=1,threads=1,workers=1]");
  REQUIRE(steady);
  CHECK(steady->limit == "gpu/memory_read/device:3");
  CHECK(steady->fraction == 5e9 / 250e9);
  const BesideMachine without = beside_machine(on_gpu(), machine());
  CHECK(is_not_compared(without, "the GPU"));
  CHECK_FALSE(found(without, copy));
  CHECK_FALSE(found(without, "steady[batch=1,threads=1,workers=1]"));
}

TEST_CASE("a profile of another machine is refused with both, and one of this machine is taken") {
  const mlplan::tests::TemporaryFolder folder;
  MachineProfile profile = machine().profile;
  profile.stop = "complete";
  profile.rounds = 1;
  profile.machine = describe_machine(folder.path(), {});
  profile.machine.fingerprint = fingerprint(profile.machine, "");
  profile.storage.folder = folder.path();
  const std::string path = folder.path() + "/machine.json";
  REQUIRE(write_file(path, write_machine_profile(profile)));
  const Result<ProfileInUse> here = open_profile_of_this_machine(path, folder.path());
  REQUIRE_MESSAGE(here, here.error().message);
  CHECK(here->same_storage);
  CHECK_FALSE(open_profile_of_this_machine(path, "/proc/self/status")->same_storage);
  profile.machine.fingerprint = "0123456789abcdef";
  profile.machine.cpu.model_name = "A CPU of a test";
  REQUIRE(write_file(path, write_machine_profile(profile)));
  const Result<ProfileInUse> elsewhere = open_profile_of_this_machine(path, folder.path());
  REQUIRE_FALSE(elsewhere);
  CHECK(elsewhere.error().kind == ErrorKind::bad_input);
  CHECK(elsewhere.error().where == path + ": /machine/fingerprint");
  CHECK(elsewhere.error().message.find("A CPU of a test") != std::string::npos);
  CHECK(elsewhere.error().hint.find("mlplan probe") == 0);
}
