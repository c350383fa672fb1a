// Verifications made by hand for the tests of the views: every number is given, none measured.
#pragma once

#include <algorithm>

#include "profiles/verification.h"

namespace mlplan::cli::examples {

// Two of six instances for two minutes: a step in the load at 50 s and a worker killed at 80 s, whose tail the
// prediction misses.
inline Verification tail_missed() {
  Verification v;
  v.version = "0.1.0";
  v.started_at = "2026-01-05T10:00:00Z";
  v.seed = 7;
  v.plan = "plan.json";
  v.report = "report.json";
  v.model = {"/models/resnet50.pt", "5e1f"};
  v.machine = {"0123456789abcdef", "B"};
  v.scaling = {"m7i.large",
               6,
               2,
               0.3125,
               1,
               {"This machine carries 2 of the plan's 6 instances; the rate is scaled by 0.31 so that the load of each "
                "is the same."},
               {"The plan is for m7i.large: only this machine's times are checked.",
                "Starts are from a warm page cache; the plan takes model_cold."}};
  v.traffic = {"day.csv", "series", 80, 160, 86'400, {}};
  v.window = {28'800, 120, 10, 120.4, 4'480};
  v.pool = {1, 1, 8, 5'000'000, "least_outstanding", "mlplan", {{"spares", 1}, {"window_s", 60}}, 2, 1};
  v.verdict = "misses";
  v.why =
      "p99 of the response was 61 % above its prediction, outside its interval; 5 other quantities hold, 2 are "
      "unclear.";
  v.next =
      "Measure again with mlplan bench, which takes service beside busy neighbours into the report, and plan again.";
  const auto add = [&](const char* quantity, const char* unit, Estimate predicted, Estimate measured,
                       std::optional<double> error, const char* outcome, const char* blame) {
    std::optional<bool> inside;
    if (predicted.low) inside = measured.value >= *predicted.low && measured.value <= *predicted.high;
    v.comparisons.push_back({quantity, unit, predicted, measured, error, inside, outcome, blame});
  };
  add("response.p50", "ns", {26.1e6, 25.2e6, 27.0e6}, {26.4e6, 26.2e6, 26.6e6}, 0.0115, "holds", "");
  add("response.p99", "ns", {88e6, 80e6, 96e6}, {142e6, 128e6, 158e6}, 0.614, "misses",
      "a batch took 1.22 x as long while both workers were busy.");
  add("service.mean", "ns", {24.1e6, 23.0e6, 25.2e6}, {24.9e6, 24.8e6, 25.0e6}, 0.033, "holds", "");
  add("utilisation", "share", {0.612, 0.58, 0.64}, {0.631, 0.62, 0.642}, 0.019, "holds", "");
  add("cold_starts", "count", {1, 0, 3}, {2, {}, {}}, 1.0, "holds", "");
  add("exposure", "share", {0.0009, 0.0002, 0.0031}, {0.0051, 0.001, 0.011}, 0.0042, "unclear",
      "23 requests waited for a start: too few to tell.");
  add("availability", "share", {0.9995, 0.999, 1}, {0.99929, {}, {}}, -0.00021, "holds", "");
  add("peak_memory", "bytes", {412e6, {}, {}}, {420e6, {}, {}}, 0.0194, "unclear", "");
  v.objectives = {{"p99 within 80.0 ms", 0.01, {0.021, 0.017, 0.026}, "missed", ""}};
  v.explanations = {{"service_inflated", 1.22, "ratio", "Service took 1.22 x as long with 2 workers busy at once."},
                    {"new_workers_slow", 1.4, "ratio", "The first 20 requests of a new worker took 1.40 x as long."}};
  v.requests = {4'480, 4'473, 2, 3, 0, 2, {{"its worker was killed", 3}, {"the model threw: index out of range", 2}}};
  v.workers = {5, 5, 1, 1, 0, 2, 1.31, 4};
  v.generator = {false, 0.004, 210e3};
  v.noise = {0.012, 0.034, {}};
  v.assumed = {{"hand-over of a request", 42e3, "ns", "measured in 200 requests before the run"},
               {"service with 2 busy at once", 1.08, "ratio", "from the report"}};
  v.stretch_s = 2;
  for (int i = 0; i < 60; ++i) {
    const bool step = i >= 25;
    const double late = i >= 40 && i < 46 ? 2 : 1;
    VerifiedStretch s;
    s.start_s = 2.0 * i;
    s.arrivals = step ? 90 : 50 + i % 5;
    s.completed = s.arrivals;
    s.failed = i == 40 ? 3 : 0;
    s.kills = i == 40 ? 1 : 0;
    s.measured = {26e6, (step ? 142e6 : 60e6) * late, i >= 40 && i < 42 ? 1.0 : 2.0, i >= 40 && i < 42 ? 1.0 : 0.0, 1};
    if (i == 3) s.measured.p99_ns.reset();
    s.predicted = StretchFigures{26e6, (step ? 92e6 : 58e6) * std::min(late, 1.2), 2, 0, 1};
    v.timeline.push_back(s);
  }
  return v;
}

}  // namespace mlplan::cli::examples
