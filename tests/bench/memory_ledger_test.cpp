#include "bench/memory_ledger.h"

#include <doctest/doctest.h>

using namespace mlplan;
using namespace mlplan::bench;

TEST_CASE("bytes per unit is the slope over the dimension") {
  MemoryByDim line{"seq", {16, 32, 64, 128}, {1016e3, 1032e3, 1064e3, 1128e3}, {}, {}, {}};
  fit_line(line);
  CHECK(line.bytes_per_unit.value() == doctest::Approx(1000));
  CHECK(line.bytes_fixed.value() == doctest::Approx(1e6));
  CHECK(line.residual.value() == doctest::Approx(0).epsilon(1e-6));
}

TEST_CASE("one value has no slope") {
  MemoryByDim line{"seq", {16}, {1e6}, {}, {}, {}};
  fit_line(line);
  CHECK_FALSE(line.bytes_per_unit);
}

TEST_CASE("the marginal worker is the second one") {
  const MemoryReport memory = assemble_memory({}, {{300e6, 120e6, 110e6}, {310e6, 130e6, 112e6}}, {400e6}, {});
  REQUIRE(memory.marginal.size() == 3);
  CHECK(memory.marginal_worker->median == doctest::Approx(125e6));
  CHECK(memory.peak_rss.median == 400e6);
}

TEST_CASE("the two peaks have a resident figure only") {
  LedgerPass pass;
  pass.at["baseline"] = {10, 9, 8};
  pass.at["steady"] = {100, 90, 80};
  pass.load_peak = 150;
  pass.peak = 160;
  const MemoryReport memory = assemble_memory({pass}, {}, {}, {});
  for (const LedgerRow& row : memory.ledger) {
    if (row.at == "load_peak") {
      CHECK(row.rss.median == 150);
      CHECK(row.pss.n == 0);
    }
    if (row.at == "steady") CHECK(row.private_bytes.median == 80);
  }
}

TEST_CASE("memory of the device stands at the barriers at which there was a context on it") {
  LedgerPass pass;
  pass.at["baseline"] = {10, 9, 8};
  pass.at["framework"] = {50, 40, 30};
  pass.at["steady"] = {100, 90, 80};
  pass.on_gpu["framework"] = 400;
  pass.on_gpu["steady"] = 900;
  LedgerPass second = pass;
  second.on_gpu["steady"] = 1100;
  const MemoryReport memory = assemble_memory({pass, second}, {}, {}, {});
  REQUIRE(memory.ledger.size() == 3);
  CHECK_FALSE(memory.ledger[0].gpu);
  CHECK(memory.ledger[1].gpu->median == 400);
  CHECK(memory.ledger[2].gpu->median == 1000);
  CHECK(memory.ledger[2].gpu->n == 2);
}
