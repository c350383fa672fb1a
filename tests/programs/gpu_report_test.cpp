// What mlplan makes of a worker on a GPU, from the flag to the report, the table, a budget and a plan. The worker is a
// stand-in (gpu_worker.cpp): no GPU is needed.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "profiles/report.h"
#include "tests/programs/program.h"

namespace mlplan::tests {
namespace {

Invocation with_gpu(const std::vector<std::string>& arguments) {
  Invocation out{{"bench", model_path("good.pt"), "--device", "cuda:1", "--input", "x:f32[batch,4]", "--threads", "1",
                  "--workers", "1", "-q"}};
  out.arguments.insert(out.arguments.end(), arguments.begin(), arguments.end());
  out.environment["MLPLAN_WORKER"] = GPU_WORKER;
  return out;
}

Report report_in(const std::string& path) {
  Result<Report> report = read_report(content_of(path), path);
  REQUIRE(report);
  return *std::move(report);
}

std::string codes_of(const Report& report) {
  std::string codes;
  for (const Warning& warning : report.warnings) codes += warning.code + " ";
  return codes;
}

const SteadyRow& row_of(const Report& report, std::int64_t batch) {
  const auto found = std::ranges::find(report.steady, batch, &SteadyRow::batch);
  REQUIRE(found != report.steady.end());
  return *found;
}

// The same on a GPU that NVML tells of; its folder of values is that of the stand-in (tests/stand_ins/nvml.cpp).
Invocation with_nvml(const TemporaryFolder& folder, const std::vector<std::string>& arguments) {
  const std::pair<const char*, const char*> values[] = {{"bus", "0000:1b:00.0"},
                                                        {"name", "a GPU of the stand-in"},
                                                        {"uuid", "GPU-7"},
                                                        {"driver", "580.1"},
                                                        {"total", "10737418240"},
                                                        {"reserved", "0"},
                                                        {"used", "0"},
                                                        {"sm_clock", "1980"},
                                                        {"memory_clock", "2619"},
                                                        {"power", "300000"},
                                                        {"ecc", "1"},
                                                        {"mig", "0"},
                                                        {"persistence", "1"},
                                                        {"temperature", "50"},
                                                        {"reasons", "0"},
                                                        {"thermal_ns", "0"},
                                                        {"power_limit", "700000"}};
  for (const auto& [key, value] : values) write(folder.path() + "/" + key, std::string(value) + "\n");
  Invocation out = with_gpu(arguments);
  out.environment["LD_LIBRARY_PATH"] = STAND_IN_NVML;
  out.environment["STAND_IN_NVML"] = folder.path();
  return out;
}

double mebibytes(const Stat& stat) { return stat.median / (1 << 20); }

}  // namespace

TEST_CASE("a run on a GPU has its phases, the device's memory and the times there, and budgets can be about them") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/report.json";
  const Ended ended =
      run(with_gpu({"--only", "cold-start,memory,steady", "--batch", "1,8,32", "--time-box", "8s", "-o", path}));
  check_end(ended, 0, {});
  const Report report = report_in(path);
  CHECK(report.mlplan.device == "cuda:1");
  CHECK(report.mlplan.libtorch_build == "CUDA 13.0 build; a GPU that is not there");

  const ColdStartState* warm = find_state(report, "warm");
  REQUIRE(warm != nullptr);
  REQUIRE(warm->achieved);
  std::vector<std::string> names;
  for (const Phase& phase : warm->phases) names.push_back(phase.name);
  CHECK(names == std::vector<std::string>{"process_start", "framework_start", "cuda_driver", "cuda_libraries",
                                          "cuda_context", "torch_cuda_init", "file_read", "deserialise",
                                          "copy_to_device", "make_input", "first_inference"});
  CHECK(warm->copied_bytes == 64);

  std::string barriers;
  for (const LedgerRow& row : report.memory.ledger) {
    if (row.gpu) barriers += row.at + " " + std::to_string(static_cast<int>(row.gpu->median) >> 20) + ", ";
  }
  CHECK(barriers == "framework 400, after_load 500, first_inference 600, steady 700, ");

  CHECK(row_of(report, 1).device->median == 950'000);
  CHECK(row_of(report, 1).enqueue->median == 900'000);
  CHECK(row_of(report, 8).device->median == 7'600'000);
  REQUIRE(row_of(report, 1).isolated);
  CHECK(row_of(report, 1).isolated->median == 900'000);
  CHECK(row_of(report, 1).back_to_back->median == 920'000);
  CHECK(row_of(report, 1).not_isolated.empty());
  CHECK_FALSE(row_of(report, 8).isolated);
  CHECK(row_of(report, 8).back_to_back->median == 7'360'000);
  CHECK(row_of(report, 8).not_isolated == "its gate did not hold");
  CHECK(row_of(report, 32).stop == "out_of_memory");
  CHECK_FALSE(row_of(report, 32).device);
  const std::string codes = codes_of(report);
  CHECK(codes.find("host_bound ") != std::string::npos);
  CHECK(codes.find("does_not_fit ") != std::string::npos);
  for (const char* shown : {"cuda context", "GPU", "700 MiB", "on GPU", "on cuda:1", "out of memory",
                            "at batch 1 the CPU", "by itself", "not at batch 8: its gate did not hold"}) {
    CAPTURE(shown);
    CHECK((ended.out + ended.err).find(shown) != std::string::npos);
  }

  const auto gate = [&](const std::string& most) {
    return run({{"gate", path, "--max", "memory.ledger.framework.gpu=" + most, "--max", "steady[batch=8].device=1s"}})
        .exit_code;
  };
  CHECK(gate("100MiB") != 0);  // of few passes on a busy machine it may be inconclusive
  CHECK(gate("1GiB") != 2);
  // The card is none of the catalog's: which it was has to be said, and then it is planned with.
  const auto planned = [&](const std::vector<std::string>& more) {
    Invocation plan = {{"plan", path, "--rate", "10/s", "--slo", "p99=1s", "--start-state", "warm"}};
    plan.arguments.insert(plan.arguments.end(), more.begin(), more.end());
    plan.environment["COLUMNS"] = "160";
    return run(plan);
  };
  const Ended unknown = planned({});
  CHECK(unknown.exit_code == 1);
  CHECK_MESSAGE(unknown.out.find("another GPU than was measured") != std::string::npos, unknown.out);
  const Ended known = planned({"--measured-on", "g6.xlarge"});
  CHECK(known.exit_code == 0);
  for (const char* part : {"g6.xlarge", "1 x L4"}) CHECK_MESSAGE(known.out.find(part) != std::string::npos, known.out);
  check_end(
      run({{"plan", path, "--rate", "10/s", "--slo", "p99=1s", "--start-state", "warm", "--measured-on", "c7i.large"}}),
      2, {"has no GPU"});
}

TEST_CASE("a batch at which the GPU's context is lost fails, and the batches before it are kept") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/report.json";
  Invocation losing = with_gpu({"--only", "steady", "--batch", "1,16", "--time-box", "5s", "-o", path});
  losing.arguments.insert(losing.arguments.end(), {"--env", "LOSE_THE_DEVICE=1"});
  check_end(run(losing), 0, {});
  const Report report = report_in(path);
  CHECK(row_of(report, 16).stop == "failed");
  CHECK(row_of(report, 16).failure.find("context is lost") != std::string::npos);
  CHECK(row_of(report, 1).latency.n > 0);
}

TEST_CASE("a GPU that NVML tells of stands in the report, its memory adds up, and others on it are in the grade") {
  const TemporaryFolder folder;
  const TemporaryFolder nvml;
  const std::string path = folder.path() + "/report.json";
  const Invocation invocation =
      with_nvml(nvml, {"--only", "memory,steady", "--batch", "1", "--time-box", "6s", "-o", path});
  write(nvml.path() + "/stranger_4000000", "1073741824\n");
  const Ended ended = run(invocation);
  check_end(ended, 0, {});
  const Report report = report_in(path);
  REQUIRE(report.machine.gpus.size() == 1);
  const MachineGpu& gpu = report.machine.gpus.front();
  CHECK(gpu.device == "cuda:1");
  CHECK(gpu.name == "a GPU of the stand-in");
  CHECK(gpu.module_loading == "lazy");
  CHECK(gpu.other_processes == 1);
  CHECK(gpu.slowed_fraction == 0.0);
  CHECK(gpu.free_bytes == std::int64_t{9} << 30);
  CHECK(report.machine.grade >= "B");
  REQUIRE(report.memory.gpu);
  const GpuMemory& memory = *report.memory.gpu;
  std::string parts;
  double sum = 0;
  for (const GpuMemoryPart& part : memory.parts) {
    parts += part.name + " " + std::to_string(std::lround(mebibytes(part.bytes))) + ", ";
    sum += mebibytes(part.bytes);
  }
  CHECK(parts == "context 400, libraries 50, weights 80, buffers 140, workspace 20, unused 10, ");
  CHECK(sum == 700);
  CHECK(mebibytes(memory.process) == 700);
  CHECK(mebibytes(*memory.told) == 700);
  CHECK(mebibytes(*memory.given_back) == 700);
  CHECK(memory.disagreement == 0.0);
  CHECK(memory.fits == 12);  // 0.95 x 9216 / 700
  REQUIRE(report.memory.marginal.size() >= 2);
  CHECK(mebibytes(*report.memory.marginal[1].gpu) == 700);
  REQUIRE(row_of(report, 1).gpu);
  CHECK(row_of(report, 1).gpu->sm_clock_before->median == 1980e6);
  CHECK(row_of(report, 1).gpu->slowed_blocks == 0);
  for (const char* shown : {"a GPU of the stand-in", "1 other process is on the GPU", "context 400 MiB",
                            "700 MiB by NVML's list of processes", "12 such workers"}) {
    CAPTURE(shown);
    CHECK(ended.out.find(shown) != std::string::npos);
  }
}

TEST_CASE("a container that hides the processes still lets the memory be checked by what is given back") {
  const TemporaryFolder folder;
  const TemporaryFolder nvml;
  const std::string path = folder.path() + "/report.json";
  const Invocation invocation = with_nvml(nvml, {"--only", "memory", "--time-box", "4s", "-o", path});
  write(nvml.path() + "/process_hidden", "1\n");
  check_end(run(invocation), 0, {});
  const Report report = report_in(path);
  REQUIRE(report.memory.gpu);
  CHECK_FALSE(report.memory.gpu->told);
  CHECK(mebibytes(*report.memory.gpu->given_back) == 700);
  CHECK(report.memory.gpu->disagreement == 0.0);
}

TEST_CASE("of a part of a card NVML's memory is not taken for that of the part") {
  const TemporaryFolder folder;
  const TemporaryFolder nvml;
  const std::string path = folder.path() + "/report.json";
  const Invocation invocation = with_nvml(nvml, {"--only", "memory", "--time-box", "4s", "-o", path});
  write(nvml.path() + "/mig", "1\n");
  check_end(run(invocation), 0, {});
  const Report report = report_in(path);
  CHECK(report.machine.gpus.front().mig == true);
  REQUIRE(report.memory.gpu);
  CHECK(report.memory.gpu->process.n == 0);
  CHECK(report.memory.gpu->not_seen.find("(MIG)") != std::string::npos);
  CHECK_FALSE(report.memory.gpu->fits);
  CHECK(report.machine.grade >= "B");
}

TEST_CASE("blocks that are measured while the GPU is too hot are measured again, and marked where that does not help") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/report.json";
  const auto report_with = [&](const std::string& hot_blocks) {
    const TemporaryFolder nvml;
    Invocation invocation = with_nvml(nvml, {"--only", "steady", "--batch", "1,8", "--time-box", "5s", "-o", path});
    invocation.environment["HOT_BLOCKS"] = hot_blocks;
    check_end(run(invocation), 0, {});
    return report_in(path);
  };
  const Report cooled = report_with("2");
  REQUIRE(row_of(cooled, 8).gpu);
  CHECK(row_of(cooled, 8).gpu->again_blocks == 2);
  CHECK(row_of(cooled, 8).gpu->slowed_blocks == 0);
  CHECK(row_of(cooled, 8).latency.n > 0);
  CHECK(row_of(cooled, 1).gpu->again_blocks == 0);
  CHECK(codes_of(cooled).find("gpu_slowed") == std::string::npos);

  const Report hot = report_with("1000000");
  CHECK(row_of(hot, 8).gpu->slowed_blocks > 0);
  CHECK(row_of(hot, 8).gpu->slowed_by == std::vector<std::string>{"thermal"});
  CHECK(row_of(hot, 8).latency.n > 0);
  CHECK(row_of(hot, 1).gpu->slowed_blocks == 0);
  CHECK(codes_of(hot).find("gpu_slowed ") != std::string::npos);
  CHECK(hot.machine.gpus.front().slowed_by == std::vector<std::string>{"thermal"});
}

TEST_CASE("starts are varied over how CUDA loads its modules, and the report says what was in force") {
  const TemporaryFolder folder;
  const TemporaryFolder nvml;
  const std::string path = folder.path() + "/report.json";
  const Ended ended = run(with_nvml(nvml, {"--only", "cold-start", "--vary", "CUDA_MODULE_LOADING=LAZY,EAGER,eager",
                                           "--samples", "2", "--max-samples", "2", "--time-box", "6s", "-o", path}));
  check_end(ended, 0, {});
  const Report report = report_in(path);
  REQUIRE(report.cold_start.varied.size() == 3);
  const std::vector<VariedStarts>& varied = report.cold_start.varied;
  CHECK(varied[0].module_loading == "lazy");
  CHECK(varied[1].module_loading == "eager");
  CHECK(varied[2].module_loading == "lazy");  // the stand-in knows no small letters
  for (const VariedStarts& each : varied) {
    CHECK(each.time_to_first_result.n == 2);
    CHECK(each.phases.size() == 11);
    REQUIRE(each.gpu);
    CHECK(mebibytes(*each.gpu) == 600);
  }
  CHECK(codes_of(report).find("no_effect ") != std::string::npos);
  CHECK(ended.out.find("CUDA_MODULE_LOADING=EAGER: ") != std::string::npos);
  CHECK(run({{"gate", path, "--max", "cold_start.varied[value=EAGER].time_to_first_result=1h"}}).exit_code != 2);
}

}  // namespace mlplan::tests
