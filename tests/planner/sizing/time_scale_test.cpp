#include "planner/sizing/time_scale.h"

#include <doctest/doctest.h>

#include <cmath>

#include "tests/planner/sizing/example_report.h"

using namespace mlplan;
using namespace mlplan::planner;
using examples::gpu_type;
using examples::instance_type;

namespace {

const SpeedSpread kSpread = {.low = 10, .median = 20, .high = 30};

}  // namespace

TEST_CASE("times measured on the type itself are taken as they are") {
  const InstanceType type = instance_type("a", 2, 4, 1);
  const TimeScale scale = time_scale({&type}, type, kSpread);
  CHECK(scale.kind == TimeScale::Kind::measured);
  CHECK(scale.factor == 1);
  CHECK(scale.error == 0);
  InstanceType namesake = type;  // of another cloud
  namesake.cloud = "elsewhere";
  CHECK(time_scale({&namesake}, type, kSpread).kind != TimeScale::Kind::measured);
}

TEST_CASE("known core speeds of one metric scale times by their ratio") {
  const InstanceType measured = instance_type("a", 2, 4, 1, 24);
  InstanceType type = instance_type("b", 2, 4, 1, 16);
  const TimeScale scale = time_scale({&measured}, type, kSpread);
  CHECK(scale.kind == TimeScale::Kind::core_speed);
  CHECK(scale.factor == doctest::Approx(1.5));
  CHECK(scale.error == kCoreSpeedError);
  CHECK(time_scale_sentence(scale, &measured, type).find("from a by core speed: times x 1.50") != std::string::npos);
  type.core_speed->metric = "another";
  CHECK(time_scale({&measured}, type, kSpread).kind == TimeScale::Kind::unknown_speed);
}

TEST_CASE("where both machines were probed, serving and starting are scaled by what each gives") {
  const auto figure = [](double best) { return MachineFigure{.best = best, .median = best}; };
  const auto profile = [&](double gemm, double all_gemm, double read, double all_read, double touch) {
    MachineProfile out;
    out.arithmetic = {{.dtype = "f32", .threads = 1, .gemm = figure(gemm)},
                      {.dtype = "f64", .threads = 1, .gemm = figure(1)},
                      {.dtype = "f32", .threads = 4, .gemm = figure(all_gemm)}};
    out.memory = {{.threads = 1, .read = figure(read)}, {.threads = 4, .read = figure(all_read)}};
    out.page_faults.first_touch = figure(touch);
    return out;
  };
  const MachineProfile here = profile(100, 400, 10, 20, 3);
  const MachineProfile there = profile(50, 200, 10, 40, 1);
  const InstanceType measured = instance_type("a", 4, 8, 1, 24);
  const InstanceType type = instance_type("b", 4, 8, 1, 16);
  // Serving: arithmetic takes twice as long, memory as long and, of all threads, half as long.
  const TimeScale scale = time_scale({&measured, &here, &there}, type, kSpread);
  CHECK(scale.kind == TimeScale::Kind::profiles);
  CHECK(scale.factor == doctest::Approx(1));
  // A start: three times as long to touch memory, twice as long to compute.
  CHECK(scale.start_factor == doctest::Approx(std::sqrt(6)));
  CHECK(scale.error == doctest::Approx(1));
  const std::string sentence = time_scale_sentence(scale, &measured, type);
  CHECK(sentence.find("serving takes x 1.00, a start x 2.45, up to 100 % more") != std::string::npos);
  // Alike in all: as exact as a probe is.
  const TimeScale same = time_scale({&measured, &here, &here}, type, kSpread);
  CHECK(same.factor == doctest::Approx(1));
  CHECK(same.error == doctest::Approx(kProfileError));
  MachineProfile without = there;
  without.memory.clear();
  CHECK(time_scale({&measured, &here, &without}, type, kSpread).kind == TimeScale::Kind::core_speed);
  CHECK(time_scale({&type, &here, &there}, type, kSpread).kind == TimeScale::Kind::measured);
}

TEST_CASE("an unknown speed is the median's, and the error reaches over the spread") {
  const InstanceType known = instance_type("a", 2, 4, 1, 25);
  const InstanceType unknown = instance_type("b", 2, 4, 1);
  // Nothing known: the fastest was measured on, the slowest bought.
  const TimeScale neither = time_scale({}, unknown, kSpread);
  CHECK(neither.kind == TimeScale::Kind::unknown_speed);
  CHECK(neither.factor == 1);
  CHECK(neither.error == doctest::Approx(30.0 / 10 - 1));
  const TimeScale from_unknown = time_scale({}, known, kSpread);
  CHECK(from_unknown.factor == doctest::Approx(20.0 / 25));
  CHECK(from_unknown.factor * (1 + from_unknown.error) == doctest::Approx(30.0 / 25));
  const TimeScale to_unknown = time_scale({&known}, unknown, kSpread);
  CHECK(to_unknown.factor == doctest::Approx(25.0 / 20));
  CHECK(to_unknown.factor * (1 + to_unknown.error) == doctest::Approx(25.0 / 10));
}

TEST_CASE("what is unknown is never safer than what is known") {
  const InstanceType unknown = instance_type("b", 2, 4, 1);
  CHECK(time_scale({}, unknown, {20, 20, 20}).error == kCoreSpeedError);
  const TimeScale nothing = time_scale({}, unknown, {});
  CHECK(nothing.factor == 1);
  CHECK(nothing.error >= kCoreSpeedError);
}

TEST_CASE("the spread is that of the metric of the most types of the architecture, without GPUs") {
  Catalog catalog;
  for (int i = 1; i <= 21; ++i) catalog.instances.push_back(instance_type("t" + std::to_string(i), 2, 4, 1, 100.0 + i));
  for (int i = 1; i <= 5; ++i) {
    catalog.instances.push_back(instance_type("u" + std::to_string(i), 2, 4, 1, 1.0 * i));
    catalog.instances.back().core_speed->metric = "another";
  }
  catalog.instances.push_back(instance_type("gpu", 2, 4, 1, 9e9));
  catalog.instances.back().gpu = Gpu{"T4", 1, {}, {}};
  catalog.instances.push_back(instance_type("arm", 2, 4, 1, 7));
  catalog.instances.back().architecture = "aarch64";
  catalog.instances.push_back(instance_type("unknown", 2, 4, 1));
  const SpeedSpread spread = speed_spread(catalog, "x86_64");
  CHECK(spread.low == 102);
  CHECK(spread.median == 111);
  CHECK(spread.high == 120);
  CHECK(speed_spread(catalog, "aarch64").median == 7);
  CHECK(speed_spread(catalog, "riscv64").median == 0);
}

TEST_CASE("to the same card in another machine times lie between the card's and the CPU's") {
  const Report report = examples::gpu_report();
  const InstanceType measured = gpu_type("a", 4, 16, 1, "L4", 1, 24, 20);
  const InstanceType slower = gpu_type("b", 4, 16, 1, "L4", 1, 24, 10);
  CHECK(gpu_time_scale({&measured}, report, measured, kSpread)->kind == TimeScale::Kind::measured);
  const auto scale = gpu_time_scale({&measured}, report, slower, kSpread);
  REQUIRE(scale);
  CHECK(scale->kind == TimeScale::Kind::same_gpu);
  CHECK(scale->factor == doctest::Approx(std::sqrt(2)));
  CHECK(scale->factor * (1 + scale->error) == doctest::Approx(2 * (1 + kCoreSpeedError)));
  CHECK(time_scale_sentence(*scale, &measured, slower).find("the same card in b: times x 1.41") != std::string::npos);
  // A faster CPU may be of no use.
  const auto back = gpu_time_scale({&slower}, report, measured, kSpread);
  CHECK(back->factor == doctest::Approx(std::sqrt(0.5)));
  CHECK(back->factor * (1 + back->error) == doctest::Approx(1));
  // By the driver's name, from a CPU that nobody knows.
  const auto by_name = gpu_time_scale({}, report, measured, kSpread);
  REQUIRE(by_name);
  CHECK(by_name->factor * (1 + by_name->error) == doctest::Approx(30.0 / 20));
}

TEST_CASE("to another card only profiles of both machines carry times over") {
  const Report report = examples::gpu_report();
  const InstanceType measured = gpu_type("a", 4, 16, 1, "L4", 1, 24, 20);
  const InstanceType other = gpu_type("b", 4, 16, 1, "T4", 1, 16, 20);
  CHECK_FALSE(gpu_time_scale({&measured}, report, other, kSpread));
  CHECK_FALSE(gpu_time_scale({}, report, other, kSpread));

  const auto figure = [](double best) { return MachineFigure{.best = best, .median = best}; };
  const auto profile = [&](const char* name, double f32, double tf32, double read, double enqueue) {
    MachineProfile out;
    GpuProfile& gpu = out.gpus.emplace_back();
    gpu.info.name = name;
    gpu.products = {{.dtype = "f32", .product = figure(f32)}, {.dtype = "f16", .product = figure(1)}};
    if (tf32 > 0) gpu.products.push_back({.dtype = "tf32", .product = figure(tf32)});
    gpu.memory.read = figure(read);
    gpu.launch.enqueue = figure(enqueue);
    gpu.copies.to_device_pageable = figure(read / 30);
    gpu.start.context = figure(200 * enqueue);
    return out;
  };
  const MachineProfile here = profile("NVIDIA L4", 24, 48, 300, 4);
  MachineProfile there = profile("Tesla T4", 8, 0, 240, 4);
  const auto scale = gpu_time_scale({&measured, &here, &there}, report, other, kSpread);
  REQUIRE(scale);
  CHECK(scale->kind == TimeScale::Kind::profiles);
  // Between launching, as long, and convolutions on tensor cores that the other card has not, six times as long.
  CHECK(scale->factor == doctest::Approx(std::sqrt(6)));
  CHECK(scale->error == doctest::Approx(std::sqrt(6) - 1));
  CHECK(scale->start_factor == doctest::Approx(std::sqrt(300.0 / 240)));

  there.gpus.front().memory.read.reset();
  CHECK_FALSE(gpu_time_scale({&measured, &here, &there}, report, other, kSpread));
  Report half = report;
  half.model.weights.back().dtype = "bf16";  // which the other card has not
  CHECK_FALSE(gpu_time_scale({&measured, &here, &here}, half, other, kSpread));
  Report elsewhere = report;  // on a card that the profile has not
  elsewhere.mlplan.libtorch_build = "CUDA 13.0 build; NVIDIA A10G, driver for CUDA 13.0";
  CHECK_FALSE(gpu_time_scale({&measured, &here, &here}, elsewhere, other, kSpread));
}
