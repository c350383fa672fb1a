// The exports of a report, each held against a schema of its format by a validator that is not ours.
#include "cli/views/metrics.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "bench/statistics.h"
#include "profiles/support/atomic_file.h"
#include "profiles/support/schema_validator.h"
#include "tests/cli/example_reports.h"
#include "tests/cli/golden.h"

using namespace mlplan;
using namespace mlplan::cli;

namespace {

nlohmann::json valid(const std::string& text, const char* schema) {
  const Result<std::string> description = read_file(std::string(FORMATS_FOLDER) + "/" + schema);
  REQUIRE(description);
  const SchemaValidator validator(*description);
  nlohmann::json json = nlohmann::json::parse(text);
  const Status status = validator.validate(json, "export.json");
  CHECK_MESSAGE(status, (status ? "" : status.error().where + ": " + status.error().message));
  return json;
}

// With all samples, as a real one has them.
Report sampled() {
  Report report = examples::small_fast_model();
  for (ColdStartState& state : report.cold_start.states) {
    const auto n = static_cast<int>(state.time_to_first_result.n);
    const auto samples = [n](double median) {
      std::vector<double> out;
      for (int i = 0; i < n; ++i) out.push_back(median * (0.95 + 0.01 * i));
      return out;
    };
    state.time_to_first_result = bench::summarise(samples(state.time_to_first_result.median));
    for (Phase& phase : state.phases) phase.cpu = bench::summarise(samples(phase.cpu.median));
  }
  return report;
}

}  // namespace

TEST_CASE("Bencher's metrics are a measure a figure, with bounds, in its units") {
  const nlohmann::json json = valid(bencher_metrics(sampled()), "bmf.schema.json");
  const nlohmann::json& start = json.at("resnet50: cold_start.warm").at("time-to-first-result");
  CHECK(start.at("lower_value") < start.at("value"));
  CHECK(start.at("value") < start.at("upper_value"));
  const nlohmann::json& row = json.at("resnet50: steady[batch=1,threads=2]");
  CHECK(row.at("latency").at("value") == 24.1e6);
  CHECK(row.at("p99-latency").at("value") == doctest::Approx(31.33e6));
  CHECK(row.at("throughput").contains("lower_value"));
  CHECK(json.contains("resnet50: steady[batch=1,threads=1,workers=2]"));
  CHECK(json.at("resnet50: memory").contains("peak-rss"));
}

TEST_CASE("github-action-benchmark gets a file a direction, and none where it would be empty") {
  const DirectedMetrics metrics = github_action_metrics(sampled());
  const nlohmann::json smaller = valid(metrics.smaller_is_better, "github_action_benchmark.schema.json");
  const nlohmann::json bigger = valid(metrics.bigger_is_better, "github_action_benchmark.schema.json");
  for (const nlohmann::json& entry : smaller) CHECK(entry.at("unit") != "/s");
  for (const nlohmann::json& entry : bigger) CHECK(entry.at("unit") != "ms");
  Report memory_only;
  memory_only.memory.peak_rss = bench::summarise({1e9});
  CHECK(github_action_metrics(memory_only).bigger_is_better.empty());
  CHECK_FALSE(github_action_metrics(memory_only).smaller_is_better.empty());
}

TEST_CASE("names say nothing of the machine, the day or the folder") {
  Report here = sampled();
  Report there = sampled();
  there.machine = {};
  there.mlplan.started_at = "2027-01-01T00:00:00Z";
  there.model.path = "/elsewhere/resnet50.pt";
  there.steady.pop_back();
  const auto names = [](const Report& report) {
    std::vector<std::string> out;
    for (const auto& entry : nlohmann::json::parse(github_action_metrics(report).smaller_is_better))
      out.push_back(entry.at("name"));
    return out;
  };
  const std::vector<std::string> all = names(here);
  for (const std::string& name : names(there)) {
    CAPTURE(name);
    CHECK(std::ranges::find(all, name) != all.end());
  }
}

TEST_CASE("Google Benchmark's JSON has a repetition for every start, and a row's median") {
  const nlohmann::json json = valid(google_benchmark_json(sampled()), "google_benchmark.schema.json");
  int repetitions = 0;
  for (const nlohmann::json& entry : json.at("benchmarks")) {
    if (entry.at("name") != "resnet50/cold_start.warm.time_to_first_result") continue;
    CHECK(entry.at("repetitions") == 12);
    CHECK(entry.at("repetition_index") == repetitions);
    CHECK(entry.at("cpu_time") > 0);
    CHECK(entry.at("cpu_time") < entry.at("real_time"));
    ++repetitions;
  }
  CHECK(repetitions == 12);
}

TEST_CASE("CSV has every path with its figure, or why there is none") {
  const std::string text = metrics_csv(sampled());
  CHECK(text.starts_with("path,label,unit,better,value,low,high,n,why_not\n"));
  const auto holds = [&](const char* part) { return text.find(part) != std::string::npos; };
  CHECK(holds("\n\"steady[batch=8,threads=2].throughput\",\"throughput, batch 8, threads 2\",per_s,higher,45.4"));
  CHECK(holds("\nmemory.marginal_worker,marginal worker,bytes,lower,,,,0,it was not measured\n"));
  CHECK(holds("\nquality.nan_values,NaN values,number,lower,0,0,0,0,\n"));
}
