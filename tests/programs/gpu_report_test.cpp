// What mlplan makes of a worker on a GPU, from the flag to the report, the table, a budget and a plan. The worker is a
// stand-in (gpu_worker.cpp): no GPU is needed.
#include <doctest/doctest.h>

#include <algorithm>

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
  CHECK(row_of(report, 32).stop == "out_of_memory");
  CHECK_FALSE(row_of(report, 32).device);
  const std::string codes = codes_of(report);
  CHECK(codes.find("host_bound ") != std::string::npos);
  CHECK(codes.find("does_not_fit ") != std::string::npos);
  for (const char* shown :
       {"cuda context", "GPU", "700 MiB", "on GPU", "on cuda:1", "out of memory", "at batch 1 the CPU"}) {
    CAPTURE(shown);
    CHECK((ended.out + ended.err).find(shown) != std::string::npos);
  }

  const auto gate = [&](const std::string& most) {
    return run({{"gate", path, "--max", "memory.ledger.framework.gpu=" + most, "--max", "steady[batch=8].device=1s"}})
        .exit_code;
  };
  CHECK(gate("100MiB") == 1);
  CHECK(gate("1GiB") != 2);
  check_end(run({{"plan", path, "--rate", "10/s", "--slo", "p99=1s"}}), 2, {"on a GPU", "--device cpu"});
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

}  // namespace mlplan::tests
