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
    cell.blocks.push_back(latencies);
  }
  cell.throughput = std::vector<double>(6, 8000.0);
  cell.processes = 3;
  const SteadyRow row = assemble_row(cell, true);
  CHECK(row.batch == 8);
  CHECK(row.dims.at("seq") == 64);
  CHECK(row.blocks == 6);
  CHECK(row.processes == 3);
  CHECK(row.latency.n == 600);
  CHECK(row.latency.median == doctest::Approx(1e6));
  REQUIRE(row.latency.low);
  CHECK(*row.latency.low <= row.latency.median);
  CHECK(*row.latency.high >= row.latency.median);
  CHECK(row.throughput.median == 8000);
  CHECK(row.stop == "converged");
}

TEST_CASE("a cell that stopped early names the conditions that were not met") {
  CellSamples cell;
  cell.blocks = {{1e6, 2e6, 3e6}};
  const SteadyRow row = assemble_row(cell, true);
  CHECK(row.stop == "time_box");
  CHECK_FALSE(row.unmet.empty());
  CHECK_FALSE(row.latency.low);
}

TEST_CASE("a failed cell says so instead of giving a figure") {
  CellSamples cell;
  cell.failure = "not enough memory";
  cell.out_of_memory = true;
  const SteadyRow row = assemble_row(cell, false);
  CHECK(row.stop == "out_of_memory");
  CHECK(row.latency.n == 0);
  CHECK(row.failure == "not enough memory");
}
