// The figures of a report for tools that keep histories of benchmarks. Names are made of the model's file name and the
// figure's path, and of nothing that a machine or a day decides, since histories are matched by name.
//
// The headline figures go to all of them (gate/headline.h); CSV has every path of the report.
#pragma once

#include <string>

#include "profiles/report.h"

namespace mlplan::cli {

// Bencher Metric Format (bencher run --adapter json): a benchmark a state or row, a measure a figure, with bounds.
std::string bencher_metrics(const Report& report);

// The two files of github-action-benchmark, by direction: customSmallerIsBetter and customBiggerIsBetter. "" where the
// report has none of a direction, since the action takes no empty list.
struct DirectedMetrics {
  std::string smaller_is_better;
  std::string bigger_is_better;
};
DirectedMetrics github_action_metrics(const Report& report);

// Google Benchmark's JSON, of times alone: every start is a repetition, a row of latencies one run with its median.
// Times on the CPU are of the phases together; 0 where they were not measured.
std::string google_benchmark_json(const Report& report);

// path,label,unit,better,value,low,high,n,why_not: all that a budget can name, measured or not.
std::string metrics_csv(const Report& report);

}  // namespace mlplan::cli
