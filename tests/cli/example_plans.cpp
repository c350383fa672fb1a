#include "tests/cli/example_plans.h"

namespace mlplan::cli::examples {
namespace {

constexpr double kMs = 1e6;
constexpr std::int64_t kGiB = 1'073'741'824;
constexpr std::int64_t kMiB = 1'048'576;

Estimate within(double value, double spread) { return {value, value * (1 - spread), value * (1 + spread)}; }

Deployment xlarge() {
  Deployment d;
  d.instance = {"aws", "c7i.xlarge", "us-east-1", "on_demand", 0.1785, "2026-07-20", 4, 8 * kGiB, ""};
  d.report = "resnet50.json";
  d.workers = 2;
  d.threads = 2;
  d.max_batch = 4;
  d.batch_timeout_ns = 5'000'000;
  d.capacity_per_s = 92.4;
  d.extrapolation = {
      "core_speed", 0.874, 0.1,
      "extrapolated from another machine by core speed: times x 0.87, up to 10 % more; a report measured "
      "on c7i.xlarge would do away with that"};
  d.memory = {1'180 * kMiB, 512 * kMiB, 8 * kGiB, 13, 64 * kMiB};
  d.scaling = {"scheduled", 1,  4, 3.21, {1, 1, 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 4, 4, 4, 4, 4, 3, 3, 3, 2, 2, 2, 1},
               190,         "", {}};
  d.pool.count = 1;
  d.pool.decided_by = "growth";
  d.pool.start_up_s = 68;
  d.pool.detection_lag_s = 15;
  d.pool.windows = 4'164;
  d.pool.windows_needed = 2'995;
  d.pool.by_growth = 1;
  d.pool.by_refill = 1;
  d.pool.by_failures = 1;
  d.pool.by_money = 0;
  d.pool.exposure_by_formula = 0.00061;
  d.pool.exposure_simulated = Estimate{0.00048, 0.00031, 0.00072};
  d.pool.tiers = {{"running", 0.0, 0.1785, 1, ""},
                  {"stopped", 41.0, 0.0110, 2, ""},
                  {"page_cache_warm", 0.55, {}, {}, "what a machine without the model's process costs is not known"}};
  d.instances = 5;
  d.predicted.latency = {{0.5, within(24.6 * kMs, 0.06), 40 * kMs},
                         {0.9, within(41.3 * kMs, 0.08), {}},
                         {0.99, within(66.2 * kMs, 0.14), 80 * kMs}};
  d.predicted.attainment = {0.9958, 0.9921, 0.9983};
  d.predicted.exposure = {0.00048, 0.00031, 0.00072};
  d.predicted.utilisation = within(0.613, 0.04);
  d.predicted.usd_per_hour = within(0.573, 0.02);
  d.predicted.usd_per_1000_inferences = within(0.00133, 0.02);
  d.predicted.instances = within(3.21, 0.02);
  d.headroom = {{"load", 2.6, "240/s at the peak, 92.4/s from one instance that is never idle."},
                {"queueing", 0.71, "So that 1 request in 100 waits no longer than 80.0 ms leaves it."},
                {"burst", 0.22, "Arrivals vary 1.8 times as much as if they were independent."},
                {"start_up", 1, "One spare bridges the 83 s until an ordered instance is ready."},
                {"failure", 0, ""},
                {"model_error", 0.26, "Service times may be 10 % longer than carried over."},
                {"rounding", 0.21, "There are only whole instances."}};
  d.binding = {"latency", "with one instance less the p99 is 131 ms, 51 ms more than allowed."};
  return d;
}

Deployment other(const char* name, std::int64_t instances, std::int64_t workers, double usd_per_hour, double p99_ms,
                 const char* limited_by) {
  Deployment d = xlarge();
  d.instance.name = name;
  d.instances = instances;
  d.workers = workers;
  d.predicted.usd_per_hour = within(usd_per_hour, 0.02);
  d.predicted.latency.back().response_ns = within(p99_ms * kMs, 0.1);
  d.binding.constraint = limited_by;
  return d;
}

Plan asked() {
  Plan plan;
  plan.version = "0.2.0";
  plan.argv = {"mlplan", "plan", "resnet50.json", "--traffic", "week.csv", "--slo", "p50=40ms,p99=80ms"};
  plan.reports = {{"resnet50.json", "models/resnet50.pt", "9f86d081884c7d65", "0123456789abcdef", "B", {}}};
  plan.catalog = {"shipped",
                  1'345,
                  812,
                  {{"no price for on_demand", 301},
                   {"too little memory", 187},
                   {"no core speed", 30},
                   {"another architecture", 15}}};
  plan.traffic = {"week.csv", "series", 119, 240, 604'800, {"3 gaps of 5 min were left out"}};
  plan.slo.latency = {{0.5, 40 * kMs}, {0.99, 80 * kMs}};
  plan.slo.exposure = 0.001;
  plan.slo.survive.instances = 1;
  plan.seed = 7;
  plan.simulated = {
      {{216'000, 3'600, "highest rate"}, {198'000, 3'600, "steepest growth"}, {31'000, 3'600, "drawn at random"}},
      "the half-width of the exposure is 41 % of the objective and no longer shrinks the plan.",
      12'441'600,
      8,
      17,
      431};
  plan.confidence_notes = {"The traffic of one week says nothing about other weeks."};
  plan.assumptions = {"Requests arrive independently within a step of the series.", "All instances are alike."};
  return plan;
}

}  // namespace

Plan scheduled_plan() {
  Plan plan = asked();
  plan.summary =
      "Buy up to 5 x c7i.xlarge (aws, us-east-1): 1 to 4 serving by the hour and 1 kept warm, with 2 workers of 2 "
      "threads and batches of up to 4. That is 0.573 USD/h; p99 is 66.2 ms and 0.048 % of the requests may meet a cold "
      "start.";
  plan.recommendation = xlarge();
  plan.runners_up = {other("c7a.xlarge", 5, 2, 0.601, 61, "latency"), other("c6i.2xlarge", 3, 4, 0.744, 58, "exposure"),
                     other("m7i.xlarge", 5, 2, 0.66, 66, "latency"), other("c7i.large", 11, 1, 0.91, 77, "latency")};
  plan.cost_and_latency = {{"2 x c7i.xlarge, 2 workers, 2 threads, batch 16", 0.31, 402 * kMs, false},
                           {"4 x c7i.xlarge, 2 workers, 2 threads, batch 4", 0.395, 131 * kMs, false},
                           {"5 x c7i.xlarge, 2 workers, 2 threads, batch 4", 0.573, 66.2 * kMs, true},
                           {"3 x c6i.2xlarge, 4 workers, 2 threads, batch 4", 0.744, 58 * kMs, false}};
  plan.cost_and_exposure = {{"4 x c7i.xlarge, 2 workers, 2 threads, batch 4", 0.395, 0.0087, false},
                            {"5 x c7i.xlarge, 2 workers, 2 threads, batch 4", 0.573, 0.00048, true},
                            {"6 x c7i.xlarge, 2 workers, 2 threads, batch 4", 0.751, 0.00003, false}};
  WhatIf doubles{"traffic_doubles", "The p99 rises to 4.10 s; 9 instances (1.14 USD/h) would keep it.", false};
  doubles.response_ns = 4.1e9;
  doubles.instances = 9;
  doubles.usd_per_hour = 1.14;
  WhatIf fails{"instance_fails", "The spare takes over at once.", true};
  WhatIf cliff{"start_up_cliff", "", true};
  cliff.at = 140;
  plan.what_if = {doubles, fails, cliff};
  plan.warnings = {{"short_traffic", "One week does not show what other weeks are like.", "give more of it"}};
  return plan;
}

Plan refused_exposure_plan() {
  Plan plan = asked();
  plan.traffic = {"flags", "constant", 12, 12, 0, {}};
  plan.summary = "Buy 2 x c7i.xlarge, all the time. Whether 0.1 % of the requests meet a cold start cannot be shown.";
  Deployment& d = plan.recommendation.emplace(xlarge());
  d.instances = 2;
  d.scaling = {"fixed", 1, 1, 2, {}, 0, "fixed", {}};
  d.headroom = {{"load", 0.13, ""}, {"failure", 1, "One instance may fail."}, {"rounding", 0.87, ""}};
  d.binding = {"failure", "one instance may fail, and one must be left."};
  d.pool = {};
  d.pool.count = 1;
  d.pool.decided_by = "failures";
  d.pool.by_failures = 1;
  d.pool.windows_needed = 2'995;
  d.pool.supported = false;
  d.pool.refusal = "a stated rate says nothing about how fast the load grows: give --traffic with 69 h of it.";
  d.predicted.exposure = {0.0004, {}, {}};
  d.extrapolation = {"measured", 1, 0, ""};
  d.max_batch = 1;
  return plan;
}

Plan infeasible_plan() {
  Plan plan = asked();
  plan.summary = "No instance type of the catalog answers 99 % of the requests within 80.0 ms.";
  Infeasible& why = plan.infeasible.emplace();
  why.constraint = "latency";
  why.because = "one inference alone takes 93.0 ms on the fastest type.";
  Deployment& d = why.nearest.emplace(xlarge());
  d.headroom.clear();
  d.binding = {};
  d.pool = {};
  d.predicted.latency.back().response_ns = within(104 * kMs, 0.05);
  why.nearest_misses = "its p99 is 104 ms, 24 ms more than allowed.";
  plan.simulated = {};
  return plan;
}

}  // namespace mlplan::cli::examples
