#include "bench/diagnoses.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using namespace mlplan;
using namespace mlplan::bench;

namespace {

Stat one(double value) {
  Stat out;
  out.median = value;
  out.n = 1;
  return out;
}

// 100 MB read in 200 of 250 ms, with these parts.
Report reading(const char* state_name, const std::vector<std::pair<std::string, double>>& parts_ms) {
  Report report;
  report.model.bytes = 100'000'000;
  ColdStartState& state = report.cold_start.states.emplace_back();
  state.name = state_name;
  state.achieved = true;
  state.time_to_first_result = one(250e6);
  Phase& read = state.phases.emplace_back();
  read.name = "file_read";
  read.wall = one(200e6);
  for (const auto& [name, ms] : parts_ms) read.parts.emplace_back(name, one(ms * 1e6));
  state.limit.copy_bytes_per_s = 8e9;
  if (state.name != "warm") state.limit.read_bytes_per_s = 2e9;
  return report;
}

std::string all(const Report& report) {
  std::string out;
  for (const std::string& sentence : diagnose(report)) out += sentence + "\n";
  return out;
}

}  // namespace

TEST_CASE("a warm reading that had to wait for a CPU is not said to wait for storage") {
  const std::string text = all(reading("warm", {{"first_touch", 60}, {"copy", 20}, {"cpu_wait", 110}}));
  CHECK(text.find("Warm reading runs at 500 MB/s where copying from the page cache gives 8.00 GB/s: waiting for a CPU "
                  "that others had is 55.0 % of it.") != std::string::npos);
  CHECK(text.find("storage") == std::string::npos);
}

TEST_CASE("time off the CPU without a known reason is called that") {
  const std::string warm = all(reading("warm", {{"first_touch", 60}, {"copy", 20}, {"off_cpu", 120}}));
  CHECK(warm.find("time off the CPU, the reason unknown, is 60.0 % of it.") != std::string::npos);
  const std::string cold = all(reading("model_cold", {{"first_touch", 60}, {"copy", 20}, {"off_cpu", 120}}));
  CHECK(cold.find("waiting, for storage or for a CPU, is 60.0 % of it.") != std::string::npos);
}

TEST_CASE("a cold reading is held against the storage, and may wait for it") {
  const std::string text =
      all(reading("model_cold", {{"first_touch", 60}, {"copy", 20}, {"cpu_wait", 10}, {"storage_wait", 110}}));
  CHECK(
      text.find("Cold reading runs at 500 MB/s where the fastest plain read of this file gives 2.00 GB/s: waiting for "
                "storage is 55.0 % of it.") != std::string::npos);
}

TEST_CASE("first touch is said to be an estimate, and a small cause is not named") {
  CHECK(all(reading("warm", {{"first_touch", 150}, {"copy", 50}}))
            .find("first touch of fresh memory is an estimated 75.0 % of it.") != std::string::npos);
  CHECK(all(reading("warm", {{"first_touch", 40}, {"copy", 160}})).find("gives 8.00 GB/s.") != std::string::npos);
}
