// Verdicts made by hand for the tests of the views: every number is given, none measured.
#pragma once

#include "profiles/verdict.h"

namespace mlplan::cli::examples {

// Six clauses: limits and regressions that pass, fail and are inconclusive, with text that every format must escape.
inline Verdict mixed_verdict() {
  Verdict verdict;
  verdict.version = "0.1.0";
  verdict.argv = {"mlplan", "gate", "report.json", "--baseline", "main.json"};
  verdict.outcome = "fail";
  verdict.report = {"report.json", "/models/resnet50.pt", "5e1f", "2026-01-05T10:00:00Z", "0123456789abcdef", "B"};
  verdict.baseline = {"main.json", "/models/resnet50.pt", "77aa", "2026-01-04T09:00:00Z", "0123456789abcdef", "B"};
  verdict.differences = {{"libtorch", "2.12.0", "2.11.0"}};
  const auto add = [&](const char* path, const char* label, const char* unit, const char* kind, double limit,
                       const char* outcome, const char* reason) -> ClauseVerdict& {
    ClauseVerdict& clause = verdict.clauses.emplace_back();
    clause.path = path;
    clause.label = label;
    clause.unit = unit;
    clause.kind = kind;
    clause.limit = limit;
    clause.outcome = outcome;
    clause.reason = reason;
    clause.where = "mlplan.toml:" + std::to_string(verdict.clauses.size() + 1) + ":1";
    return clause;
  };
  ClauseVerdict& first = add("cold_start.time_to_first_result", "time to first result, model cold", "ns", "max", 5e9,
                             "pass", "the median is at most 767 ms (95 % sure, 12 samples)");
  first.value = 733e6;
  first.low = 701e6;
  first.high = 767e6;
  first.n = 12;
  ClauseVerdict& memory = add("memory.peak_rss", "peak RSS", "bytes", "max", 268435456, "fail",
                              "the median is at least 271 MiB (95 % sure, 12 samples)");
  memory.value = 272 * 1048576.0;
  memory.low = 271 * 1048576.0;
  memory.high = 273 * 1048576.0;
  memory.n = 12;
  ClauseVerdict& tail = add("steady[batch=8,threads=2].latency.p99", "latency p99, batch 8, threads 2", "ns", "max",
                            30e6, "inconclusive", "240 samples cannot bound a p99; about 473 would decide it");
  tail.low = 27e6;
  tail.n = 240;
  tail.samples_needed = 473;
  add("quality.nan_values", "NaN values", "number", "max", 0, "fail", "it is 3").value = 3;
  ClauseVerdict& slower = add("cold_start.time_to_first_result", "time to first result, model cold", "ns", "regression",
                              0.1, "inconclusive", "23.4 % worse in the median, but the machines differ (libtorch)");
  slower.value = 733e6;
  slower.n = 12;
  slower.relative = RelativeFigures{594e6, 14, 1.234, 1.19, 1.27, 0.0004};
  ClauseVerdict& rate = add("throughput", "highest throughput, batch 8, threads 2", "per_s", "min", 100, "pass",
                            "the median is at least 109/s (95 % sure, 24 samples) & <that> is \"well\": 50 %");
  rate.value = 112;
  rate.low = 109;
  rate.n = 24;
  return verdict;
}

}  // namespace mlplan::cli::examples
