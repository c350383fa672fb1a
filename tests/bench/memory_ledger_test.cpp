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
  const MemoryReport memory =
      assemble_memory({}, {{{300e6, 120e6, 110e6}, {}}, {{310e6, 130e6, 112e6}, {}}}, {400e6}, {});
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
  pass.gpu.before = gpu::ManagedMemory{.total = 5000, .reserved = 0, .free = 4950, .used = 50};
  pass.gpu.at["framework"] = {{.in_use = 400}, 410};
  pass.gpu.at["steady"] = {{.in_use = 900, .allocated = 300, .reserved = 350}, 905};
  LedgerPass second = pass;
  second.gpu.at["steady"].told_by_worker.in_use = 1100;
  const MemoryReport memory = assemble_memory({pass, second}, {}, {}, {});
  REQUIRE(memory.ledger.size() == 3);
  CHECK_FALSE(memory.ledger[0].gpu);
  CHECK(memory.ledger[1].gpu->median == 400);
  CHECK(memory.ledger[2].gpu->median == 1000);
  CHECK(memory.ledger[2].gpu->n == 2);
  CHECK_FALSE(memory.ledger[0].gpu_process);
  CHECK(memory.ledger[1].gpu_process->median == 360);
  CHECK(memory.ledger[2].gpu_process->median == 855);
  CHECK(memory.ledger[2].gpu_allocated->median == 300);
  CHECK(memory.ledger[2].gpu_reserved->median == 350);
}

TEST_CASE("a further worker's memory on the GPU stands beside that on the host, and decides how many fit") {
  LedgerPass pass;
  pass.at["steady"] = {100, 90, 80};
  pass.gpu.before = gpu::ManagedMemory{.total = 1000, .reserved = 0, .free = 1000, .used = 0};
  for (const char* barrier : {"framework", "after_load", "steady"}) pass.gpu.at[barrier] = {{}, 200};
  const MemoryReport memory = assemble_memory({pass}, {{{90, 30}, {200, 220}}, {{90, 30}, {200, 240}}}, {}, {});
  REQUIRE(memory.marginal.size() == 2);
  CHECK(memory.marginal[1].gpu->median == 230);
  CHECK(memory.gpu->process.median == 200);
  CHECK(memory.gpu->fits == 3);  // 950 / 240
  CHECK_FALSE(assemble_memory({}, {{{90, 30}, {}}}, {}, {}).marginal[1].gpu);
}
