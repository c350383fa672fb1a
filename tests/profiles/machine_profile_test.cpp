#include "profiles/machine_profile.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "tests/profiles/member_count.h"
#include "tests/profiles/random_documents.h"
#include "tests/profiles/schema_keys.h"

using namespace mlplan;
using Json = nlohmann::ordered_json;

TEST_CASE("every machine profile comes back byte by byte") {
  for (std::uint64_t seed = 0; seed < 80; ++seed) {
    CAPTURE(seed);
    const std::string text = write_machine_profile(test::RandomDocuments(seed).machine_profile());
    const auto again = read_machine_profile(text, "m.json");
    REQUIRE_MESSAGE(again, test::message_of(again));
    CHECK(write_machine_profile(*again) == text);
  }
}

TEST_CASE("the schema describes every key of a machine profile, and no other") {
  static_assert(test::member_count<MachineFigure>() == 6);
  static_assert(test::member_count<MemoryFigures>() == 6);
  static_assert(test::member_count<ArithmeticFigures>() == 4);
  static_assert(test::member_count<PageFaultFigures>() == 4);
  static_assert(test::member_count<ProcessFigures>() == 3);
  static_assert(test::member_count<StorageFigures>() == 3);
  static_assert(test::member_count<GpuCopyFigures>() == 4);
  static_assert(test::member_count<GpuMemoryFigures>() == 4);
  static_assert(test::member_count<GpuProductFigures>() == 2);
  static_assert(test::member_count<GpuLaunchFigures>() == 3);
  static_assert(test::member_count<GpuStartFigures>() == 2);
  static_assert(test::member_count<GpuAllocationFigures>() == 2);
  static_assert(test::member_count<GpuInfo>() == 9);
  static_assert(test::member_count<GpuProfile>() == 7);
  static_assert(test::member_count<MachineProfile>() == 16);
  test::Keys written;
  for (std::uint64_t seed = 0; seed < 80; ++seed)
    test::add_keys(to_ordered_json(test::RandomDocuments(seed).machine_profile()), "", written);
  test::Keys described;
  const Json schema = Json::parse(machine_schema());
  test::add_described_keys(schema, schema, "", described);
  CHECK(written == described);
}

TEST_CASE("every figure has a name under which it is put back where it was") {
  MachineProfile profile;
  const char* const names[] = {"memory/read/threads:1",
                               "memory/write/threads:1",
                               "memory/copy/threads:2",
                               "memory/streaming_copy/threads:2",
                               "memory/triad/threads:64",
                               "faults/first_touch",
                               "faults/fault",
                               "faults/huge_first_touch",
                               "faults/huge_fault",
                               "process/nothing",
                               "process/true",
                               "process/self",
                               "disk/page_cache/threads:1",
                               "disk/page_cache/threads:2",
                               "disk/read",
                               "arithmetic/clock",
                               "arithmetic/multiply_add_f32/threads:1",
                               "arithmetic/gemm_f32/threads:1",
                               "arithmetic/gemm_f64/threads:2",
                               "gpu/to_device_pinned/device:0",
                               "gpu/to_device_pageable/device:0",
                               "gpu/to_host_pinned/device:0",
                               "gpu/to_host_pageable/device:0",
                               "gpu/memory_read/device:0",
                               "gpu/memory_write/device:0",
                               "gpu/memory_copy/device:0",
                               "gpu/memory_triad/device:0",
                               "gpu/gemm_f32/device:0",
                               "gpu/gemm_bf16/device:0",
                               "gpu/launch_enqueue/device:0",
                               "gpu/launch_round_trip/device:0",
                               "gpu/launch_device/device:0",
                               "gpu/start_driver/device:0",
                               "gpu/start_context/device:0",
                               "gpu/allocate/bytes:1048576/device:0",
                               "gpu/allocate/bytes:1073741824/device:0",
                               "gpu/memory_copy/device:12"};
  double value = 0;
  for (const char* name : names) CHECK(put_figure(profile, name, {.best = ++value}));
  const std::vector<NamedFigure> figures = figures_of(profile);
  REQUIRE(figures.size() == std::size(names));
  std::set<std::string> labels;
  for (std::size_t i = 0; i < figures.size(); ++i) {
    CHECK(figures[i].name == names[i]);
    CHECK(figures[i].figure->best == static_cast<double>(i + 1));
    labels.insert(figures[i].subject + figures[i].label);
  }
  CHECK(labels.size() == figures.size());
  CHECK(profile.memory.size() == 3);
  CHECK(profile.arithmetic.size() == 2);
  CHECK(profile.gpus.size() == 2);
}

TEST_CASE("a figure without a place is left out, and makes no row") {
  MachineProfile profile;
  for (const char* name : {"", "memory", "memory/latency/threads:1", "gpu/copy", "gpu/copy/device:1", "arithmetic/gemm",
                           "arithmetic/fft_f32", "disk/write", "process/mine"})
    CHECK_FALSE(put_figure(profile, name, {.best = 1}));
  CHECK(figures_of(profile).empty());
  CHECK(profile.memory.empty());
  CHECK(profile.arithmetic.empty());
  CHECK(profile.gpus.empty());
}

TEST_CASE("a profile from before GPUs were in it is read, and so is one of a newer mlplan with more about them") {
  Json json = to_ordered_json(test::RandomDocuments(1).machine_profile());
  json.erase("gpus");
  const auto older = read_machine_profile(json.dump(), "m.json");
  REQUIRE_MESSAGE(older, test::message_of(older));
  CHECK(older->gpus.empty());
  json["gpus"] = Json::parse(R"([{"device": 0, "name": "NVIDIA X", "nvlink": {"links": 18}}])");
  const auto newer = read_machine_profile(json.dump(), "m.json");
  REQUIRE_MESSAGE(newer, test::message_of(newer));
  REQUIRE(newer->gpus.size() == 1);
  CHECK(newer->gpus.front().info.name == "NVIDIA X");
}

TEST_CASE("a machine profile that is none, or has wrong values, is refused at its place") {
  MachineProfile profile = test::RandomDocuments(1).machine_profile();
  profile.clock = MachineFigure{.best = 1, .median = 1, .samples = {1}};
  Json json = to_ordered_json(profile);
  json["clock_hz"]["best"] = -1;
  const auto read = read_machine_profile(json.dump(), "m.json");
  REQUIRE_FALSE(read);
  CHECK(read.error().kind == ErrorKind::bad_input);
  CHECK(read.error().where == "m.json: /clock_hz/best");
  json["schema"] = "mlplan.report";
  const auto other = read_machine_profile(json.dump(), "m.json");
  REQUIRE_FALSE(other);
  CHECK(other.error().hint == "give a file that mlplan probe -o has written");
}
