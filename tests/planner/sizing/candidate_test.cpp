#include "planner/sizing/candidate.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "profiles/support/units.h"
#include "tests/planner/sizing/example_report.h"

using namespace mlplan;
using namespace mlplan::planner;
using examples::gpu_type;
using examples::instance_type;
using examples::kGiB;
using examples::ledger_row;
using examples::stat_of;
using examples::steady_row;

namespace {

struct Asked {
  std::vector<MeasuredReport> reports = {{examples::report(), "r.json", nullptr}};
  Catalog catalog = {};
  CandidateQuestion question = {};

  Result<Candidates> answer() {
    const std::vector<const InstanceType*> types = examples::all_of(catalog);
    question.reports = &reports;
    question.types = &types;
    question.spread = speed_spread(catalog, "x86_64");
    return candidates_of(question);
  }
  Candidates candidates() {
    Result<Candidates> out = answer();
    REQUIRE(out);
    return std::move(*out);
  }
};

std::vector<std::int64_t> workers_of(const Candidates& candidates, std::int64_t threads = 1, std::int64_t batch = 1) {
  std::vector<std::int64_t> workers;
  for (const Candidate& candidate : candidates.all) {
    if (candidate.threads == threads && candidate.max_batch == batch) workers.push_back(candidate.workers);
  }
  return workers;
}

bool is_left_out(const Candidates& candidates, const std::string& why, std::int64_t types = 1) {
  return std::ranges::any_of(candidates.left_out, [&](const LeftOut& left) {
    return left.why.find(why) != std::string::npos && left.types == types;
  });
}

}  // namespace

TEST_CASE("types that cannot be used are left out with the reason, most types first") {
  Asked asked;
  Catalog& catalog = asked.catalog;
  catalog.instances = {instance_type("good", 2, 4, 1)};
  const auto add = [&](const char* name) -> InstanceType& {
    catalog.instances.push_back(instance_type(name, 2, 4, 1));
    return catalog.instances.back();
  };
  add("free").prices.clear();
  add("gratis").prices.front().usd_per_hour = 0;
  add("unsized").memory_bytes.reset();
  add("uncounted").vcpus.reset();
  add("gpu").gpu = Gpu{"T4", 1, std::int64_t{16} << 30, {}};
  add("arm").architecture = "aarch64";
  add("tiny").memory_bytes = static_cast<std::int64_t>(kGiB);
  InstanceType& credits = add("t3.medium");
  credits.cloud = "aws";
  const Candidates candidates = asked.candidates();
  CHECK(candidates.considered == 1);
  CHECK(is_left_out(candidates, "no price for on_demand", 2));
  CHECK(candidates.left_out.front().types == 2);
  CHECK(is_left_out(candidates, "memory not known"));
  CHECK(is_left_out(candidates, "vCPUs not known"));
  CHECK(is_left_out(candidates, "GPU"));
  CHECK(is_left_out(candidates, "aarch64"));
  CHECK(is_left_out(candidates, "too little memory"));
  CHECK(is_left_out(candidates, "burstable"));
  for (const Candidate& candidate : candidates.all) CHECK(candidate.type->name == "good");
}

TEST_CASE("a type that has just the least memory that is said is enough") {
  Asked asked;
  asked.catalog.instances = {instance_type("small", 1, 1, 1)};
  const Candidates none = asked.candidates();
  REQUIRE(none.all.empty());
  REQUIRE(none.least_memory);
  asked.catalog.instances.front().memory_bytes = static_cast<std::int64_t>(std::ceil(*none.least_memory));
  CHECK(asked.candidates().all.size() == 1);
  asked.catalog.instances.front().memory_bytes = static_cast<std::int64_t>(*none.least_memory) - 1024;
  CHECK(asked.candidates().all.empty());
}

TEST_CASE("a price of another option is that option's") {
  Asked asked;
  asked.catalog.instances = {instance_type("a", 2, 4, 1)};
  asked.catalog.instances.front().prices.push_back({kSpot, 0.25, "2026-01-01", "a test"});
  asked.question.option = kSpot;
  CHECK(asked.candidates().all.front().usd_per_hour == 0.25);
}

TEST_CASE("workers are bounded by the share of the vCPUs that was measured, by vCPUs and by memory") {
  Asked asked;
  Report& report = asked.reports.front().report;
  asked.catalog.instances = {instance_type("a", 8, 64, 1)};
  // One of two vCPUs was measured in use: half of eight.
  CHECK(workers_of(asked.candidates()) == std::vector<std::int64_t>{4, 2, 1});
  report.steady.push_back(steady_row(1, 1, 2, 11));  // and both of them
  CHECK(workers_of(asked.candidates()) == std::vector<std::int64_t>{8, 4, 1});
  asked.catalog.instances = {instance_type("a", 8, 4, 1)};  // room for 3.55 GiB
  CHECK(workers_of(asked.candidates()) == std::vector<std::int64_t>{3, 1});
  CHECK(asked.candidates().all.front().most_workers_in_memory == 3);
  CHECK(asked.candidates().all.front().memory_needed == 3 * kGiB);
}

TEST_CASE("each measured batch and number of threads is a candidate, with its own bounds") {
  Asked asked;
  Report& report = asked.reports.front().report;
  report.steady = {steady_row(1, 1, 1, 10), steady_row(4, 1, 1, 30), steady_row(1, 2, 1, 6)};
  report.steady[1].peak_rss = stat_of(5 * kGiB);
  asked.catalog.instances = {instance_type("a", 4, 8, 1), instance_type("one", 1, 8, 1)};
  const Candidates candidates = asked.candidates();
  CHECK(candidates.considered == 2);
  CHECK(workers_of(candidates, 1, 1) == std::vector<std::int64_t>{2, 1, 1});  // the last is of `one`
  CHECK(workers_of(candidates, 1, 4) == std::vector<std::int64_t>{1, 1});     // 5 GiB of 7.35
  CHECK(workers_of(candidates, 2, 1) == std::vector<std::int64_t>{2, 1});     // not on one vCPU
}

TEST_CASE("service times are those of the type with all workers busy, and capacity is at the best batch") {
  Asked asked;
  Report& report = asked.reports.front().report;
  report.steady = {steady_row(1, 1, 1, 10), steady_row(4, 1, 1, 32), steady_row(1, 1, 2, 12)};
  asked.catalog.instances = {instance_type("measured", 2, 16, 1, 20), instance_type("slow", 2, 16, 1, 10)};
  asked.reports.front().measured_on = &asked.catalog.instances.front();
  const Candidates candidates = asked.candidates();
  const auto& slow = *std::ranges::find_if(candidates.all, [](const Candidate& candidate) {
    return candidate.type->name == "slow" && candidate.workers == 2 && candidate.max_batch == 4;
  });
  CHECK(slow.service_factor == doctest::Approx(2 * 1.2));
  CHECK(slow.error == doctest::Approx(std::hypot(kCoreSpeedError, 0.01)));
  CHECK(slow.capacity_per_s() == doctest::Approx(2 * 4 / (2.4 * 0.032)));
  REQUIRE(slow.instance().service.size() == 2);
  CHECK(slow.instance().service[1].time_s.mean == doctest::Approx(2.4 * 0.032));
  const Candidate slower_still = slower(slow, 1.5);
  CHECK(slower_still.capacity_per_s() == doctest::Approx(slow.capacity_per_s() / 1.5));
  CHECK(slower_still.start_up_quantile(0.5) == doctest::Approx(1.5 * slow.start_up_quantile(0.5)));

  const Candidate& measured = candidates.all.front();
  CHECK(measured.type->name == "measured");
  CHECK(measured.scale.kind == TimeScale::Kind::measured);
  CHECK(measured.error == doctest::Approx(0.01));
}

TEST_CASE("a type with too little memory is said to lack what the smallest configuration needs") {
  Asked asked;
  Report& report = asked.reports.front().report;
  SteadyRow large = steady_row(8, 1, 1, 20);
  large.peak_rss = stat_of(20 * kGiB);
  report.steady.push_back(large);
  asked.catalog.instances = {instance_type("tiny", 8, 1, 1)};
  const Candidates candidates = asked.candidates();
  CHECK(candidates.all.empty());
  REQUIRE(candidates.least_memory);
  CHECK(*candidates.least_memory < 2 * kGiB);
  CHECK(is_left_out(candidates, "a worker needs " + format_bytes(static_cast<std::int64_t>(*candidates.least_memory))));
}

TEST_CASE("workers that start at once slow each other down as was measured, by starts to a CPU") {
  Asked asked;
  Report& report = asked.reports.front().report;
  report.machine.cpu.logical = 4;
  report.steady.push_back(steady_row(1, 1, 4, 10));
  report.cold_start.simultaneous.resize(2);
  report.cold_start.simultaneous[0].starts = 2;
  report.cold_start.simultaneous[0].slowdown = 1.4;
  report.cold_start.simultaneous[1].starts = 4;
  report.cold_start.simultaneous[1].slowdown = 2.4;
  asked.catalog.instances = {instance_type("a", 8, 64, 1), instance_type("a", 8, 7, 1)};  // the latter has room for six
  asked.reports.front().measured_on = &asked.catalog.instances.front();
  const Candidates candidates = asked.candidates();
  const auto factor = [&](std::int64_t workers) {
    return std::ranges::find(candidates.all, workers, &Candidate::workers)->load_factor;
  };
  CHECK(factor(1) == 1);
  CHECK(factor(3) == doctest::Approx(1.2));  // as one and a half on four CPUs
  CHECK(factor(4) == doctest::Approx(1.4));
  CHECK(factor(6) == doctest::Approx(1.9));
  CHECK(factor(8) == doctest::Approx(2.4));
}

TEST_CASE("more starts to a CPU than were measured go on along the last step") {
  Asked asked;
  Report& report = asked.reports.front().report;
  report.machine.cpu.logical = 4;
  report.steady.push_back(steady_row(1, 1, 4, 10));
  report.cold_start.simultaneous.resize(1);
  report.cold_start.simultaneous[0].starts = 2;
  report.cold_start.simultaneous[0].slowdown = 1.4;
  asked.catalog.instances = {instance_type("a", 4, 64, 1)};
  asked.reports.front().measured_on = &asked.catalog.instances.front();
  CHECK(asked.candidates().all.front().workers == 4);
  CHECK(asked.candidates().all.front().load_factor == doctest::Approx(2.2));
}

TEST_CASE("starts side by side that were not measured share the CPUs") {
  Asked asked;
  Report& report = asked.reports.front().report;
  report.steady.push_back(steady_row(1, 1, 2, 10));
  asked.catalog.instances = {instance_type("a", 2, 64, 1)};
  asked.reports.front().measured_on = &asked.catalog.instances.front();
  CHECK(asked.candidates().all.front().workers == 2);
  CHECK(asked.candidates().all.front().load_factor == doctest::Approx(2));
}

TEST_CASE("a start-up is the node's, the image's and the model's, the catalog's node first") {
  Asked asked;
  asked.catalog.instances = {instance_type("a", 2, 8, 1), instance_type("b", 2, 8, 1)};
  asked.catalog.instances.back().node_start = NodeStart{.seconds = 40, .source = "a test"};
  asked.reports.front().measured_on = &asked.catalog.instances.front();
  asked.question.start_up.image_s = 5;
  const Candidates model_only = asked.candidates();
  CHECK(model_only.all[0].start_up_quantile(0.5) == doctest::Approx(2 + 5));
  CHECK(model_only.all[0].start_up_quantile(1) == doctest::Approx(2.2 + 5));
  CHECK_FALSE(model_only.all[0].start_up().node_s);
  asked.question.start_up.node_s = 60;
  const Candidates candidates = asked.candidates();
  CHECK(candidates.all[0].node_s == 60);
  CHECK(candidates.all[1].node_s == 40);
  asked.question.start_up.state = "warm";
  CHECK(asked.candidates().all[0].start_up_quantile(0.5) == doctest::Approx(1 + 5 + 60));
}

TEST_CASE("a disk slower than the one measured adds what reading takes longer there") {
  Asked asked;
  asked.catalog.instances = {instance_type("a", 2, 8, 1)};
  InstanceType& type = asked.catalog.instances.front();
  asked.reports.front().measured_on = &type;
  type.disk_bytes_per_s = 500e6;  // 1 s for the model's 500 MB, as was measured: model_cold less warm
  CHECK(asked.candidates().all.front().load_more_s == doctest::Approx(0));
  type.disk_bytes_per_s = 100e6;
  const Candidate slow = asked.candidates().all.front();
  CHECK(slow.load_more_s == doctest::Approx(4));
  CHECK(slow.start_up_quantile(0.5) == doctest::Approx(6));
  CHECK(slow.start_up().load_s.mean == doctest::Approx(6));
  CHECK(quantile(slow.start_up().load_s, 0.5) == doctest::Approx(6));
  asked.question.start_up.state = "warm";
  CHECK(asked.candidates().all.front().load_more_s == 0);
}

TEST_CASE("a report measured on the type goes before one of a known machine, and that before any") {
  Asked asked;
  asked.catalog.instances = {instance_type("a", 2, 8, 1, 20), instance_type("b", 2, 8, 1, 20),
                             instance_type("c", 2, 8, 1, 5)};
  const std::vector<InstanceType>& types = asked.catalog.instances;
  asked.reports = {{examples::report(), "unknown.json", nullptr},
                   {examples::report(), "a.json", &types[0]},
                   {examples::report(), "b.json", &types[1]}};
  const Candidates candidates = asked.candidates();
  for (const Candidate& candidate : candidates.all) {
    const std::size_t expected = candidate.type->name == "b" ? 2 : 1;
    CHECK(candidate.report == expected);
  }
}

TEST_CASE("reports without what planning needs are refused with what to do") {
  const auto error_of = [](auto change) {
    Asked asked;
    asked.catalog.instances = {instance_type("a", 2, 8, 1)};
    change(asked.reports.front().report);
    const Result<Candidates> answer = asked.answer();
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == ErrorKind::bad_input);
    CHECK(answer.error().where == "r.json");
    return answer.error();
  };
  CHECK(error_of([](Report& report) { report.steady.clear(); }).hint.find("mlplan bench") != std::string::npos);
  CHECK(error_of([](Report& report) { report.cold_start.states.pop_back(); }).hint.find("--start-state warm") == 0);
  CHECK(error_of([](Report& report) { report.cold_start.states.clear(); }).hint.find("--skip") != std::string::npos);
  CHECK(error_of([](Report& report) { report.memory = {}; }).message.find("memory") != std::string::npos);
}

TEST_CASE("a report from a GPU is planned onto types with the same card, and the others say what is missing") {
  Asked asked;
  asked.reports = {{examples::gpu_report(), "gpu.json"}};
  asked.catalog.instances = {gpu_type("l4", 4, 16, 1, "L4", 1, 24), instance_type("cpu", 4, 16, 1),
                             gpu_type("t4", 4, 16, 1, "T4", 1, 16), gpu_type("arm", 4, 16, 1, "L4", 1, 24),
                             gpu_type("unsized", 4, 16, 1, "L4", 1, 24)};
  asked.catalog.instances[3].architecture = "aarch64";
  asked.catalog.instances[4].gpu->memory_bytes.reset();
  const Candidates candidates = asked.candidates();
  CHECK(candidates.considered == 1);
  for (const Candidate& candidate : candidates.all) {
    CHECK(candidate.type->name == "l4");
    CHECK(candidate.scale.kind == TimeScale::Kind::same_gpu);
  }
  CHECK(is_left_out(candidates, kNoGpu));
  CHECK(is_left_out(candidates, "another GPU than was measured (NVIDIA L4)"));
  CHECK(is_left_out(candidates, "aarch64"));
  CHECK(is_left_out(candidates, "GPU's memory not known"));
  asked.reports.front().report.mlplan.libtorch_build = "CUDA 13.0 build";
  CHECK(is_left_out(asked.candidates(), "--measured-on", 2));
}

TEST_CASE("reports from a CPU and from a GPU are planned with side by side, each onto its own types") {
  Asked asked;
  asked.reports = {{examples::report(), "cpu.json"}, {examples::gpu_report(), "gpu.json"}};
  asked.catalog.instances = {gpu_type("l4", 4, 16, 1, "L4", 1, 24), instance_type("cpu", 4, 16, 1)};
  const Candidates candidates = asked.candidates();
  CHECK(candidates.considered == 2);
  for (const Candidate& candidate : candidates.all) {
    CHECK(candidate.report == (candidate.type->gpu ? 1 : 0));
    CHECK(candidate.gpu.has_value() == candidate.type->gpu.has_value());
  }
}

TEST_CASE(
    "each GPU runs as many workers as were measured side by side and fit, with half of the vCPUs or what was "
    "measured") {
  Asked asked;
  asked.reports = {{examples::gpu_report(), "gpu.json"}};
  Report& report = asked.reports.front().report;
  asked.catalog.instances = {gpu_type("a", 16, 64, 4, "L4", 4, 24)};
  CHECK(workers_of(asked.candidates()) == std::vector<std::int64_t>{4});
  const Candidate one = asked.candidates().all.front();
  REQUIRE(one.gpu);
  CHECK(one.gpu->workers == 1);
  CHECK(one.gpu->most_workers == 14);
  CHECK(one.gpu->needed == 1.5 * kGiB);
  CHECK(one.service_factor == one.scale.factor);

  report.steady.push_back(steady_row(1, 1, 2, 3));  // two workers on it, half as slow again
  const Candidates both = asked.candidates();
  CHECK(workers_of(both) == std::vector<std::int64_t>{8, 4});
  CHECK(both.all.front().service_factor == doctest::Approx(1.5 * both.all.front().scale.factor));
  CHECK(both.all.front().gpu->needed == 3 * kGiB);
  // Of batch 16 nothing says that two fit.
  CHECK(workers_of(both, 1, 16) == std::vector<std::int64_t>{4});
  CHECK_FALSE(both.all.back().gpu->needed);

  asked.catalog.instances = {gpu_type("few_cpus", 4, 64, 4, "L4", 4, 24)};
  CHECK(workers_of(asked.candidates()) == std::vector<std::int64_t>{4});  // two on two CPUs were measured
  report.steady.pop_back();
  CHECK(workers_of(asked.candidates()) == std::vector<std::int64_t>{2});
  asked.catalog.instances = {gpu_type("little_memory", 16, 3, 4, "L4", 4, 24)};  // of the host, for two
  CHECK(workers_of(asked.candidates()) == std::vector<std::int64_t>{2});
}

TEST_CASE("a card that is too small for a worker is left out, and so is one of which nothing is known") {
  Asked asked;
  asked.reports = {{examples::gpu_report(), "gpu.json"}};
  Report& report = asked.reports.front().report;
  asked.catalog.instances = {gpu_type("l4", 4, 16, 1, "L4", 1, 24), gpu_type("small", 4, 16, 1, "L4", 1, 1)};
  asked.reports.front().measured_on = &asked.catalog.instances.front();
  CHECK(is_left_out(asked.candidates(), "another GPU"));  // of another size
  report.memory.ledger[1].gpu = stat_of(23 * kGiB);
  CHECK(workers_of(asked.candidates()) == std::vector<std::int64_t>{1});  // it ran there
  asked.catalog.instances.pop_back();
  asked.reports.front().measured_on = nullptr;
  report.mlplan.libtorch_build = "CUDA 13.0 build; NVIDIA L4, driver for CUDA 13.0";
  report.steady.clear();
  report.steady = {steady_row(16, 1, 1, 8)};
  CHECK(workers_of(asked.candidates(), 1, 16) == std::vector<std::int64_t>{1});
}

TEST_CASE("starts on one GPU slow each other down like starts on one CPU") {
  Asked asked;
  asked.reports = {{examples::gpu_report(), "gpu.json"}};
  Report& report = asked.reports.front().report;
  report.steady.push_back(steady_row(1, 1, 2, 3));
  report.cold_start.simultaneous.resize(1);
  report.cold_start.simultaneous[0].starts = 2;
  report.cold_start.simultaneous[0].slowdown = 1.6;
  asked.catalog.instances = {gpu_type("a", 32, 64, 4, "L4", 2, 24)};
  asked.reports.front().measured_on = &asked.catalog.instances.front();
  const Candidates candidates = asked.candidates();
  const auto factor = [&](std::int64_t workers) {
    return std::ranges::find(candidates.all, workers, &Candidate::workers)->load_factor;
  };
  CHECK(factor(2) == 1);
  CHECK(factor(4) == doctest::Approx(1.6));
}
