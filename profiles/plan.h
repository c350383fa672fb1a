// The plan: what to buy for a model under a traffic, how many, how configured, how many kept warm, and why. What
// `mlplan plan` answers; docs/formats.md explains every field, the JSON Schema is profiles/schemas/plan.schema.json.
//
// Times are seconds where the name ends in _s and nanoseconds where it ends in _ns; prices are US dollars. Shares are
// 0 to 1. std::optional is null in the JSON: not known, or not asked for.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "profiles/report.h"
#include "profiles/slo.h"
#include "profiles/support/result.h"

namespace mlplan {

inline constexpr const char* kPlanSchema = "mlplan.plan";
inline constexpr const char* kPlanSchemaVersion = "1.0";

// A figure with its interval at Plan::confidence. From measurement, traffic and model error together; without bounds
// where one of them is not known, and Plan::confidence_notes then says which.
struct Estimate {
  double value = 0;
  std::optional<double> low = {};
  std::optional<double> high = {};
};

// --- what the plan was made from ---------------------------------------------------------------

struct PlannedReport {
  std::string path = {};
  std::string model = {};                       // its path
  std::string sha256 = {};                      // of the model
  std::string fingerprint = {};                 // of the machine
  std::string grade = {};                       // of the machine: A, B or C
  std::optional<std::string> measured_on = {};  // the instance type, where it is known
};

struct LeftOut {
  std::string why = {};  // "no price for on_demand", "too little memory: 4.00 GiB, needs 33.1 GiB"
  std::int64_t types = 0;
};

struct PlannedCatalog {
  std::string source = {};  // "shipped", or the file
  std::int64_t types = 0;
  std::int64_t considered = 0;
  std::vector<LeftOut> left_out = {};  // most types first
};

// In each stretch of interval_s the rate has a random factor of mean 1 with that variance.
struct PlannedBursts {
  double variance = 0;
  double interval_s = 60;
};

struct PlannedTraffic {
  std::string source = {};
  std::string kind = {};  // "constant", "diurnal", "series", "trace"
  double mean_per_s = 0;
  double peak_per_s = 0;  // that was planned for
  double span_s = 0;      // of what is known; 0 for a rate that was only stated
  std::vector<std::string> notes = {};
  std::optional<PlannedBursts> bursts = {};  // absent: none were stated
};

struct PlanLimits {
  std::int64_t min_instances = 1;
  std::optional<std::int64_t> max_instances = {};
  std::optional<double> budget_usd_per_hour = {};
  std::string objective = "cost";  // "cost" under the SLO, or "latency" under the budget
  std::string option = "on_demand";
};

// A stretch of the traffic that was simulated.
struct SimulatedWindow {
  double start_s = 0;
  double duration_s = 0;
  std::string why = {};  // "highest rate", "steepest growth", "drawn at random"
};

struct Simulated {
  std::vector<SimulatedWindow> windows = {};
  std::string why_enough = {};    // a sentence
  std::int64_t requests = 0;      // for the recommendation alone, over all windows and replications
  std::int64_t replications = 0;  // of each window
  std::int64_t deployments = 0;   // candidates that were simulated
  std::int64_t screened = 0;      // candidates that formulas dealt with
};

// --- a deployment --------------------------------------------------------------------------------

struct PlannedInstance {
  std::string cloud = {};
  std::string name = {};
  std::string region = {};
  std::string option = {};  // how it is bought
  double usd_per_hour = 0;
  std::string price_date = {};
  std::int64_t vcpus = 0;
  std::int64_t memory_bytes = 0;
  std::string gpu = {};  // "4 x T4", empty without
};

// How the measured times were carried over to this type.
struct Extrapolation {
  // "measured": on this very type; "profiles": by what both machines were found to give; "same_gpu": to the same card
  // in another machine; "core_speed": by a core benchmark; "unknown_speed"
  std::string kind = {};
  double time_factor = 1;     // service times are the measured ones times this
  double error = 0;           // relative: the plan holds for times longer by up to this
  std::string sentence = {};  // what was assumed, and what would do away with it
};

// From the report's times to those of an instance in use, contention of its workers included: what a simulation of the
// plan needs beside the report.
struct PlannedTimes {
  double service_factor = 1;                      // on service times of a worker alone
  double start_up_factor = 1;                     // on the cold start
  double start_up_more_s = 0;                     // on top: what reading takes longer on its disk
  std::string start_up_state = {};                // of the report
  std::map<std::string, std::int64_t> dims = {};  // of the report's rows; others are at their default
  std::optional<double> node_start_s = {};
  std::optional<double> image_start_s = {};
};

// Memory of the GPU of an instance on which the most workers run.
struct GpuMemoryFit {
  std::int64_t workers = 1;                       // on it
  std::optional<std::int64_t> needed_bytes = {};  // by them; absent: it is only known that they fit
  std::int64_t reserved_bytes = 0;                // for the driver and for what was not seen
  std::int64_t available_bytes = 0;               // of one GPU, nominal
  std::int64_t most_workers = 0;                  // that it has room for, as far as is known
};

struct MemoryFit {
  std::int64_t needed_bytes = 0;         // all workers at their load peak, and the state of all requests in service
  std::int64_t reserved_bytes = 0;       // for the system
  std::int64_t available_bytes = 0;      // the type's memory
  std::int64_t most_workers = 0;         // that would fit
  std::int64_t state_bytes = 0;          // of `needed`: requests or sessions held at once
  std::optional<GpuMemoryFit> gpu = {};  // absent: the workers run on CPUs
};

struct ScalingPlan {
  std::string kind = {};    // "fixed": a count; "scheduled": a count by hour; "live": by the policy of `policy`
  std::int64_t lowest = 0;  // serving instances, without spares
  std::int64_t highest = 0;
  double mean_instances = 0;                    // of all that run, spares included, over time
  std::vector<std::int64_t> by_hour = {};       // 24, from midnight UTC; empty: no time of day
  double ordered_ahead_s = 0;                   // scheduled: how long before the hour
  std::string policy = {};                      // live: "mlplan"; fixed: "fixed"
  std::vector<double> rates_per_s = {};         // live: the highest that 1, 2, 3, ... instances serve as promised
  std::map<std::string, double> settings = {};  // of the policy
};

// A warmer or colder way to keep a spare, and what it would take.
struct PoolTier {
  std::string name = {};                    // "running", "stopped", "page_cache_warm"
  std::optional<double> ready_in_s = {};    // from the order to ready
  std::optional<double> usd_per_hour = {};  // of one
  std::optional<std::int64_t> count = {};   // that the exposure asks for
  std::string note = {};                    // what is not known, and how to say it
};

struct WarmPool {
  std::int64_t count = 0;                 // the recommendation: spares beyond what serves the load
  std::int64_t stopped = 0;               // of them kept stopped; the others run
  std::string decided_by = {};            // "growth", "failures", "money", "none needed"
  std::optional<double> start_up_s = {};  // that a spare bridges: upper quantile, node included where known
  double detection_lag_s = 0;
  std::int64_t windows = 0;         // independent ones of the horizon in the traffic
  std::int64_t windows_needed = 0;  // for the claim at Plan::confidence
  std::optional<std::int64_t> by_growth = {};
  std::optional<std::int64_t> by_refill = {};
  std::optional<std::int64_t> by_failures = {};
  std::optional<std::int64_t> by_money = {};
  std::optional<double> exposure_by_formula = {};
  std::optional<Estimate> exposure_simulated = {};
  bool supported = true;                   // the traffic can carry the claim
  std::string refusal = {};                // when not: what it would need
  std::vector<std::int64_t> by_hour = {};  // 24 or none
  std::vector<PoolTier> tiers = {};
};

struct LatencyPrediction {
  double quantile = 0;
  Estimate response_ns = {};
  std::optional<double> at_most_ns = {};  // the objective, where there is one
};

struct Prediction {
  std::vector<LatencyPrediction> latency = {};  // p50, p90, p99 and those of the SLO, rising
  Estimate attainment = {};                     // share of requests within the tightest latency objective
  Estimate exposure = {};                       // share of requests that may meet a cold start
  Estimate utilisation = {};
  Estimate usd_per_hour = {};
  Estimate usd_per_1000_inferences = {};
  Estimate instances = {};  // mean, spares included
};

// Part of the instances at the peak. They sum to what is bought.
struct HeadroomPart {
  std::string name = {};  // "load", "queueing", "burst", "start_up", "failure", "model_error", "rounding"
  double instances = 0;
  std::string sentence = {};
};

struct Binding {
  std::string constraint = {};  // "compute", "memory", "latency", "exposure", "failure", "minimum", "budget"
  std::string sentence = {};
};

struct Deployment {
  PlannedInstance instance = {};
  std::string report = {};   // path of the one it rests on
  std::int64_t workers = 1;  // of an instance
  std::int64_t threads = 1;  // of a worker
  std::int64_t max_batch = 1;
  std::int64_t batch_timeout_ns = 0;
  double capacity_per_s = 0;  // inputs per second of one instance, saturated
  Extrapolation extrapolation = {};
  PlannedTimes times = {};
  MemoryFit memory = {};
  ScalingPlan scaling = {};
  WarmPool pool = {};
  std::int64_t instances = 0;  // bought at the peak: serving and spare
  Prediction predicted = {};
  std::vector<HeadroomPart> headroom = {};
  Binding binding = {};
};

// --- what else could be --------------------------------------------------------------------------

struct ParetoPoint {
  std::string name = {};  // of the deployment: "3 x c7i.large, 2 workers, batch 4"
  double usd_per_hour = 0;
  double value = 0;  // response time in ns at the SLO's quantile, or exposure
  bool recommended = false;
};

struct WhatIf {
  std::string name = {};      // "traffic_doubles", "start_up_doubles", "instance_fails", "start_up_cliff"
  std::string sentence = {};  // what happens and what it would take
  bool holds = false;         // the plan as it is keeps the SLO
  std::optional<Estimate> attainment = {};
  std::optional<Estimate> exposure = {};
  std::optional<double> response_ns = {};      // at the SLO's quantile
  std::optional<std::int64_t> instances = {};  // that would keep it
  std::optional<double> usd_per_hour = {};
  std::optional<double> at = {};  // start_up_cliff: seconds of start-up from which on it does not hold
};

struct Infeasible {
  std::string constraint = {};  // as in Binding
  std::string because = {};     // a sentence
  std::optional<Deployment> nearest = {};
  std::string nearest_misses = {};  // a sentence: by how much
};

struct Plan {
  std::string version = {};  // of mlplan
  std::vector<std::string> argv = {};
  std::vector<PlannedReport> reports = {};
  PlannedCatalog catalog = {};
  PlannedTraffic traffic = {};
  Slo slo = {};
  PlanLimits limits = {};
  std::uint64_t seed = 0;
  double confidence = 0.95;
  std::string summary = {};                       // the recommendation in one paragraph
  std::optional<Deployment> recommendation = {};  // absent: infeasible
  std::optional<Infeasible> infeasible = {};
  std::vector<Deployment> runners_up = {};  // cheapest first
  std::vector<ParetoPoint> cost_and_latency = {};
  std::vector<ParetoPoint> cost_and_exposure = {};
  std::vector<WhatIf> what_if = {};
  Simulated simulated = {};
  std::vector<std::string> confidence_notes = {};
  std::vector<std::string> assumptions = {};
  std::vector<Warning> warnings = {};
};

// Stable key order: equal plans give equal bytes.
nlohmann::ordered_json to_ordered_json(const Plan& plan);
std::string write_plan(const Plan& plan);  // pretty, with a final newline

// Validates against the schema first. ErrorKind::bad_input; `where` is "FILE: /json/pointer". Ignores unknown keys,
// refuses a newer major schema_version.
Result<Plan> read_plan(const std::string& text, const std::string& file_name);

std::string_view plan_schema();  // the JSON Schema (draft-07), as shipped

}  // namespace mlplan
