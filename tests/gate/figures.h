// Measures and reports of given samples, for the tests of the gate.
#pragma once

#include <string>
#include <vector>

#include "bench/statistics.h"
#include "profiles/measure.h"
#include "profiles/report.h"

namespace mlplan::gate {

struct Figure {
  explicit Figure(std::vector<double> samples) : stat(bench::summarise(std::move(samples))) {
    measure.path = "cold_start.warm.time_to_first_result";
    measure.label = "time to first result, warm";
    measure.unit = MeasureUnit::nanoseconds;
    measure.sampling = Sampling::independent;
    measure.stat = &stat;
  }
  Figure(const Figure&) = delete;
  Figure& operator=(const Figure&) = delete;
  Stat stat;
  Measure measure;
};

// first, first + step, ...: n samples.
inline std::vector<double> ladder(double first, double step, int n) {
  std::vector<double> samples;
  for (int i = 0; i < n; ++i) samples.push_back(first + step * i);
  return samples;
}

// A quiet machine, one file, starts of these times (ns) in both states, and nothing else.
inline Report report_of_starts(const std::vector<double>& times) {
  Report report;
  report.mlplan.started_at = "2026-01-05T10:00:00Z";
  report.model.path = "/models/model.pt";
  report.model.sha256 = "a";
  report.machine.fingerprint = "f";
  report.machine.grade = "A";
  report.quality.output_values = 1;
  for (const char* name : {"warm", "model_cold"}) {
    ColdStartState& state = report.cold_start.states.emplace_back();
    state.name = name;
    state.achieved = true;
    state.time_to_first_result = bench::summarise(times);
  }
  return report;
}

}  // namespace mlplan::gate
