#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "cli/terminal.h"
#include "cli/views/cold_start_view.h"
#include "cli/views/inspection.h"
#include "cli/views/memory_view.h"
#include "cli/views/steady_view.h"
#include "cli/views/table.h"
#include "tests/cli/example_reports.h"
#include "tests/cli/golden.h"

using namespace mlplan;
using namespace mlplan::cli;

namespace {

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

bench::Inspection inspection() {
  bench::Inspection result;
  result.model = examples::small_fast_model().model;
  result.model.sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
  result.model.methods = {{"forward", "forward(Tensor x) -> Tensor"}, {"encode", "encode(Tensor x) -> Tensor"}};
  result.model.records = {{"data/17", 9'437'184}, {"data/12", 4'194'304}, {"code/model.py", 23'114}};
  result.notes = {"batch can be changed: outputs follow"};
  result.libtorch = "2.11.0";
  return result;
}

}  // namespace

TEST_CASE("a table that is too wide loses its least important columns first") {
  Style style;
  style.width = 60;
  Table table({{"name", false}, {"wide", true, 2}, {"wider", true, 1}});
  table.add({{"a"}, {std::string(30, 'x')}, {std::string(40, 'y')}});
  const std::string text = table.print(style, 2);
  CHECK(contains(text, std::string(40, 'y')));
  CHECK_FALSE(contains(text, "xxx"));
}

TEST_CASE("a time that no phase explains is in ink when it is above five percent") {
  take_over_locale([](const char*) { return std::optional<std::string>(); });
  ColdStartState state = examples::small_fast_model().cold_start.states[0];
  Style style;
  style.colour = true;
  const std::string yellow(escape_of(Ink::yellow));
  CHECK_FALSE(contains(waterfall(state, wall_of(state), false, style), yellow));
  state.unattributed.median = 90e6;
  CHECK(contains(waterfall(state, wall_of(state), false, style), yellow));
}

TEST_CASE("a state that could not be made says why and has no figures") {
  ColdStartState state;
  state.name = "model_cold";
  state.why_not = "the file is on tmpfs, which has no page cache to drop";
  ColdStart cold_start;
  cold_start.states = {state};
  CHECK(contains(cold_start_headline(cold_start, Style{}), "not measured: the file is on tmpfs"));
}

TEST_CASE("memory over a dimension without a line through it lists the peaks") {
  MemoryReport memory;
  memory.by_dim = {{"seq", {16, 32}, {1 << 20, 2 << 20}, std::nullopt, std::nullopt, std::nullopt}};
  CHECK(contains(memory_view(memory, Style{}), "seq: peak 1.00 MiB at 16, 2.00 MiB at 32"));
}

TEST_CASE("memory, times and phases of a GPU are shown where there are any, and their columns only there") {
  Report report = examples::small_fast_model();
  Style style;
  style.width = 140;
  CHECK_FALSE(contains(memory_view(report.memory, style), "GPU"));
  CHECK_FALSE(contains(steady_view(report.steady, style), "GPU"));
  report.memory.ledger[1].gpu = Stat{.median = 512.0 * 1024 * 1024, .n = 10};
  report.steady[0].device = Stat{.median = 3.24e6, .n = 10};
  const std::string memory = memory_view(report.memory, style);
  CHECK(contains(memory, "GPU"));
  CHECK(contains(memory, "512 MiB"));
  const std::string steady = steady_view(report.steady, style);
  CHECK(contains(steady, "on GPU"));
  CHECK(contains(steady, "3.24 ms"));
  ColdStartState state = report.cold_start.states[0];
  Phase& context = state.phases.emplace_back();
  context.name = "cuda_context";
  context.wall = Stat{.median = 2e9, .n = 1};
  CHECK(contains(waterfall(state, wall_of(state), false, style), "cuda context"));
}

TEST_CASE("what a worker takes of a GPU is shown part by part, with what it was checked by and how many fit") {
  constexpr double kMiB = 1024 * 1024;
  const auto mib = [](double value) { return Stat{.median = value * kMiB, .n = 1}; };
  MemoryReport memory;
  GpuMemory& gpu = memory.gpu.emplace();
  gpu.process = mib(700);
  gpu.parts = {{"context", mib(400)}, {"weights", mib(300)}};
  gpu.told = mib(707);
  gpu.given_back = mib(700);
  gpu.disagreement = 0.01;
  gpu.fits = 12;
  memory.marginal = {{2, mib(100), mib(700)}};
  const Style style{.width = 160};
  const std::string text = memory_view(memory, style);
  CHECK(contains(text, "700 MiB: context 400 MiB, weights 300 MiB"));
  CHECK(contains(text, "710 MiB by NVML's list of processes, 700 MiB given back at the end: 1.0 % off"));
  CHECK(contains(text, "12 such workers in what was free of the GPU"));
  CHECK(contains(text, "the 2nd adds 100 MiB and 700 MiB on the GPU"));
  gpu = {};
  gpu.parts = {{"weights", mib(300)}};
  gpu.not_seen = "there is no NVML here";
  CHECK(contains(memory_view(memory, style), "weights 300 MiB; the rest is not known: there is no NVML here"));
}

TEST_CASE("blocks and starts in which the GPU was slowed down are shown beside their figures") {
  SteadyRow row = examples::small_fast_model().steady[0];
  row.blocks = 6;
  row.gpu = GpuConditions{.sm_clock_before = ValueRange{345e6, 1900e6, 1980e6, 6},
                          .slowed_by = {"power_cap", "thermal"},
                          .slowed_blocks = 2,
                          .again_blocks = 3};
  Style style{.width = 160};
  CHECK(contains(steady_view({row}, style),
                 "the GPU was slowed down in 2 of 6 blocks (power cap, thermal), 3 blocks measured again, since it was "
                 "slowed down, SM clock before 345 .. 1980 MHz"));
  row.gpu->slowed_blocks = row.gpu->again_blocks = 0;
  CHECK_FALSE(contains(steady_view({row}, style), "SM clock"));
  style.verbose = true;
  CHECK(contains(steady_view({row}, style), "SM clock"));
  ColdStart cold_start = examples::small_fast_model().cold_start;
  cold_start.states[0].gpu_slowed = 1;
  CHECK(contains(cold_start_headline(cold_start, style), "the GPU was slowed down in 1 sample"));
}

TEST_CASE("each value that starts were varied over has a line") {
  ColdStart cold_start;
  VariedStarts& varied = cold_start.varied.emplace_back();
  varied.variable = "CUDA_MODULE_LOADING";
  varied.value = "EAGER";
  CHECK(contains(varied_starts(cold_start, Style{}), "CUDA_MODULE_LOADING=EAGER: not measured"));
  varied.time_to_first_result = Stat{.median = 2e9, .low = 1.9e9, .high = 2.1e9, .n = 6};
  varied.module_loading = "eager";
  varied.gpu = Stat{.median = 1024.0 * 1024 * 1024, .n = 6};
  CHECK(contains(varied_starts(cold_start, Style{.width = 160}),
                 "CUDA_MODULE_LOADING=EAGER: 2.00 s to the first result, warm (1.90 .. 2.10 s, n = 6), 1.00 GiB of the "
                 "GPU by then, modules loaded eagerly"));
}

TEST_CASE("a percentile without the samples for it says how many it needs") {
  SteadyRow row = examples::huge_slow_model().steady[0];
  CHECK(contains(steady_view({row}, Style{}), "needs 299"));
}

TEST_CASE("of many rows the short view keeps the one with the best throughput") {
  std::vector<SteadyRow> rows;
  for (int batch = 1; batch <= 20; ++batch) {
    SteadyRow row = examples::small_fast_model().steady[0];
    row.batch = batch;
    row.throughput.median = batch == 17 ? 1000 : 10;
    rows.push_back(row);
  }
  const std::string text = steady_view(rows, Style{});
  CHECK(contains(text, "batch 17"));
  CHECK_FALSE(contains(text, "batch 12"));
  CHECK(contains(text, "10 more rows"));
}

TEST_CASE("an inspection shows what is in the file and what to type next") {
  check_golden("inspection_100.txt", inspection_view(inspection(), Style{}));
}

TEST_CASE("an argument that could not be inferred stands in the next command, ready to be edited") {
  bench::Inspection unclear = inspection();
  unclear.not_inferred = {"Tensor mask"};
  unclear.to_edit = parse_input_flags({"mask:f32[batch,64]"}).value();
  const std::string text = inspection_view(unclear, Style{.width = 200});
  CHECK(contains(text, "Tensor mask"));
  CHECK(contains(text, "--input 'mask:f32[batch,64]'  # measures it, once edited"));
}

TEST_CASE("the next command of an inspection runs the method that was looked at") {
  bench::Inspection other = inspection();
  other.model.method = "encode";
  CHECK(contains(inspection_view(other, Style{.width = 200}), "--method encode"));
}

TEST_CASE("the JSON of an inspection has the model as a report has it, and the notes") {
  const auto json = nlohmann::json::parse(inspection_json(inspection()));
  CHECK(json.at("schema") == "mlplan.inspection");
  CHECK(json.at("model").at("bytes") == 102'551'000);
  CHECK(json.at("model").at("records").size() == 3);
  CHECK(json.at("notes").size() == 1);
  CHECK(json.at("libtorch") == "2.11.0");
}
