#include "bench/steady.h"

#include <doctest/doctest.h>

using namespace mlplan;
using namespace mlplan::bench;

TEST_CASE("a row keeps what was measured, where from, and why it stopped") {
  CellSamples cell;
  cell.cell = {8, 2, 1, {{"seq", 64}}};
  for (int block = 0; block < 6; ++block) {
    std::vector<double> latencies;  // all blocks alike: an interquartile range of 1 % around 1 ms
    for (int i = 0; i < 100; ++i) latencies.push_back(1e6 + 200.0 * (i - 49.5));
    cell.latencies.push_back(latencies);
  }
  cell.throughput = std::vector<std::vector<double>>(6, {8000.0});
  cell.blocks = 6;
  cell.processes = 6;
  cell.warm_up_inferences = 50;
  const SteadyRow row = assemble_row(cell, "time_box");
  CHECK(row.batch == 8);
  CHECK(row.dims.at("seq") == 64);
  CHECK(row.blocks == 6);
  CHECK(row.processes == 6);
  CHECK(row.warm == true);
  CHECK(settled(cell));
  CHECK(row.latency.n == 600);
  CHECK(row.latency.median == doctest::Approx(1e6));
  REQUIRE(row.latency.low);
  CHECK(*row.latency.low <= row.latency.median);
  CHECK(*row.latency.high >= row.latency.median);
  CHECK(row.throughput.median == 8000);
  CHECK(row.stop == "converged");
}

TEST_CASE("a row on a GPU has the time of its work there and of queueing it, a row on a CPU has none") {
  CellSamples cell;
  cell.latencies = {{1e6, 2e6, 3e6}};
  cell.device = {{}};
  cell.enqueue = {{}};
  CHECK_FALSE(assemble_row(cell, "time_box").device);
  CHECK_FALSE(assemble_row(cell, "time_box").enqueue);
  cell.device = {{9e5, 8e5, 7e5}};
  cell.enqueue = {{1e5, 2e5, 3e5}};
  const SteadyRow row = assemble_row(cell, "time_box");
  REQUIRE(row.device);
  CHECK(row.device->median == 8e5);
  CHECK(row.device->n == 3);
  REQUIRE(row.enqueue);
  CHECK(row.enqueue->median == 2e5);
}

TEST_CASE(
    "a row has the state of the GPU around its blocks, and says how many were measured while it was slowed down") {
  CellSamples cell;
  cell.latencies = {{1e6, 2e6, 3e6}};
  CHECK_FALSE(assemble_row(cell, "time_box").gpu);
  GpuSpan hot;
  hot.before.sm_clock_hz = 1e9;
  hot.after.slowdowns = gpu::Slowdowns{.thermal = true};
  CHECK(cell.gpu.again(hot, 0));
  CHECK_FALSE(cell.gpu.again(hot, kMostAgain));
  const SteadyRow row = assemble_row(cell, "time_box");
  REQUIRE(row.gpu);
  CHECK(row.gpu->slowed_blocks == 1);
  CHECK(row.gpu->again_blocks == 1);
  CHECK(row.gpu->slowed_by == std::vector<std::string>{"thermal"});
  CHECK(row.gpu->sm_clock_before->median == 1e9);
}

TEST_CASE("a cell that stopped early names the conditions that were not met") {
  CellSamples cell;
  cell.latencies = {{1e6, 2e6, 3e6}};
  cell.blocks = 1;
  const SteadyRow row = assemble_row(cell, "time_box");
  CHECK(row.stop == "time_box");
  CHECK_FALSE(row.unmet.empty());
  CHECK_FALSE(row.latency.low);
}

TEST_CASE("a failed cell says so instead of giving a figure") {
  CellSamples cell;
  cell.failure = "not enough memory";
  cell.out_of_memory = true;
  const SteadyRow row = assemble_row(cell, "time_box");
  CHECK(row.stop == "out_of_memory");
  CHECK(row.latency.n == 0);
  CHECK(row.failure == "not enough memory");
}

TEST_CASE("a warm-up that was cut off too soon says neither warm nor not warm") {
  CellSamples cell;
  cell.latencies = {{1e6}};
  cell.warm_up_inferences = 4;
  cell.undecided = true;
  CHECK_FALSE(assemble_row(cell, "time_box").warm);
  cell.not_warm = true;
  CHECK(assemble_row(cell, "time_box").warm == false);
}

TEST_CASE("several blocks of one process are one witness for the interval") {
  CellSamples cell;
  for (int visit = 0; visit < 3; ++visit) cell.latencies.emplace_back(200, 1e6 + visit);
  cell.blocks = 12;
  CHECK_FALSE(assemble_row(cell, "time_box").latency.low);
}

TEST_CASE("workers side by side count while all are busy, long inferences in proportion") {
  // One worker does 10 ms each, the other 30 ms each; all begin at once and go on until 60 and 90 ms.
  const SideBySide block =
      combine({{0, std::vector<std::int64_t>(6, 10'000'000)}, {0, {30'000'000, 30'000'000, 30'000'000}}});
  CHECK(block.inferences_per_s == doctest::Approx(100 + 1e9 / 30e6));
  CHECK(block.latency_ns.size() == 8);  // 6, and the two of the other that start before 60 ms
}

TEST_CASE("an inference longer than the time side by side is neither lost nor counted whole") {
  const SideBySide block = combine({{0, {100'000'000}}, {20'000'000, {100'000'000}}});
  CHECK(block.inferences_per_s == doctest::Approx(20));  // 80 ms of two inferences of 100 ms
  CHECK(block.latency_ns.size() == 1);                   // the one that starts within
}

TEST_CASE("stalls stay in the latencies however long they are") {
  std::vector<std::int64_t> with_stalls;
  for (int i = 0; i < 20; ++i) with_stalls.push_back(i % 10 == 9 ? 60'000'000 : 9'000'000);
  const SideBySide block = combine({{0, with_stalls}, {1'000'000, with_stalls}});
  double sum = 0;
  for (const double latency : block.latency_ns) sum += latency;
  CHECK(sum / static_cast<double>(block.latency_ns.size()) > 13e6);
}

TEST_CASE("workers that were never busy together give nothing") {
  CHECK(combine({{0, {10}}, {20, {10}}}).latency_ns.empty());
  CHECK(combine({}).latency_ns.empty());
}
