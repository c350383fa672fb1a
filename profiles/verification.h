// The verification: a plan's predictions held against a real pool of workers on this machine, scaled down to what it
// carries. What `mlplan verify` answers; docs/formats.md explains every field, the JSON Schema is
// profiles/schemas/verification.schema.json.
//
// Times are seconds where the name ends in _s and nanoseconds where it ends in _ns, on the clock of the run; shares are
// 0 to 1. An Estimate without bounds has none that could be stated. std::optional is null in the JSON: not known.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "profiles/plan.h"
#include "profiles/simulation.h"
#include "profiles/support/result.h"

namespace mlplan {

inline constexpr const char* kVerificationSchema = "mlplan.verification";
inline constexpr const char* kVerificationSchemaVersion = "1.0";

// --- what ran ------------------------------------------------------------------------------------

struct VerifiedModel {
  std::string path = {};
  std::string sha256 = {};
};

struct VerifiedMachine {
  std::string fingerprint = {};
  std::string grade = {};  // A, B or C
};

// From the plan to what this machine carries.
struct VerifiedScale {
  std::string planned_type = {};  // the instance type of the plan; empty: not known
  std::int64_t planned_instances = 1;
  std::int64_t instances = 1;                  // that were run here
  double rate_factor = 1;                      // requests per second here are the traffic's times this
  double time_scale = 1;                       // a second of the run is this many of the traffic
  std::vector<std::string> why = {};           // sentences: what was scaled, and why
  std::vector<std::string> not_verified = {};  // sentences: what of the plan cannot be checked here
};

struct VerifiedWindow {
  double from_s = 0;          // of the traffic where it began
  double duration_s = 0;      // of the schedule
  double warm_up_s = 0;       // at its beginning, in no comparison
  double ran_s = 0;           // of it: less than duration_s where the run was interrupted or given up
  std::int64_t requests = 0;  // of the whole schedule
};

struct VerifiedPool {
  std::int64_t workers = 1;  // of an instance
  std::int64_t threads = 1;  // of a worker
  std::int64_t max_batch = 1;
  std::int64_t batch_timeout_ns = 0;
  std::string routing = "shared_queue";  // or "least_outstanding"
  std::string policy = {};
  std::map<std::string, double> policy_settings = {};
  std::int64_t initial_instances = 1;
  std::int64_t initial_pool = 0;
};

// --- what became of it ---------------------------------------------------------------------------

struct ReasonCount {
  std::string reason = {};  // "the model threw: index out of range", "its worker was killed"
  std::int64_t count = 0;
};

// Every request that was due is one of the others: scheduled is their sum.
struct VerifiedRequests {
  std::int64_t scheduled = 0;  // due until the end of the run
  std::int64_t completed = 0;
  std::int64_t failed = 0;                // the model threw
  std::int64_t lost = 0;                  // their worker died or hung
  std::int64_t rejected = 0;              // nothing took them
  std::int64_t unfinished = 0;            // still there at the end
  std::vector<ReasonCount> reasons = {};  // of those that were not completed, most first
};

// Instances: a worker is never ended or replaced without the others of its instance.
struct VerifiedWorkers {
  std::int64_t started = 0;
  std::int64_t ready = 0;   // of them, that got there
  std::int64_t killed = 0;  // on purpose
  std::int64_t died = 0;    // by themselves
  std::int64_t hung = 0;    // and were ended
  std::int64_t replaced = 0;
  std::optional<double> mean_replacement_s = {};  // from its end to the next one ready; absent: none was replaced
  std::int64_t most_at_once = 0;
};

// The generator's own fault, which is none of the model's.
struct VerifiedGenerator {
  bool is_late = false;
  double late_fraction = 0;  // of requests, sent later than allowed after their schedule
  std::optional<double> lateness_p99_ns = {};
};

struct VerifiedNoise {
  std::optional<double> stolen_share = {};  // of CPU time, by the hypervisor
  std::optional<double> cpu_pressure = {};  // share of the time in which something waited for a CPU
  std::vector<std::string> reasons = {};    // sentences: why the machine was too noisy to tell; empty: it was not
};

// --- the comparison ------------------------------------------------------------------------------

// A calibrated parameter that the prediction used.
struct AssumedParameter {
  std::string name = {};  // "hand-over of a request", "service with 2 busy at once"
  double value = 0;
  std::string unit = {};    // "ns", "ratio", "share", "count", "per_s", "bytes"
  std::string source = {};  // "measured in 200 requests before the run", "from the report"
};

struct ComparedQuantity {
  // "response.mean", "response.p50", "response.p90", "response.p99", ..., "utilisation", "cold_starts", "pool_draws",
  // "pool_misses", "exposure", "availability", "inference.p50", "memory"
  std::string quantity = {};
  std::string unit = {};  // "ns", "share", "count", "bytes", "per_s"
  Estimate predicted = {};
  Estimate measured = {};
  std::optional<double> error = {};  // measured / predicted - 1; of a share measured - predicted
  std::optional<bool> inside = {};   // the measured value lies in the predicted interval; absent: that has no bounds
  std::string outcome = "unclear";   // "holds", "misses", "unclear"
  std::string blame = {};            // a sentence; empty: nothing to explain, or nothing was found
  // What would have been predicted had one known how long inferences take in the run; of figures of its requests.
  std::optional<double> in_hindsight = {};
};

struct Explanation {
  // "service_inflated", "report_outdated", "start_slower", "generator_late", "machine_stolen_from", "other_load",
  // "machine_drifts", "workers_failed", "requests_failed"
  std::string cause = {};
  std::optional<double> value = {};
  std::string unit = {};  // of the value, as of AssumedParameter
  std::string sentence = {};
};

struct StretchFigures {
  std::optional<double> p50_ns = {};  // of response times; absent: too few requests
  std::optional<double> p99_ns = {};
  double ready = 0;  // instances, means over the stretch
  double loading = 0;
  double pooled = 0;
};

struct VerifiedStretch {
  double start_s = 0;         // since the beginning of the run
  std::int64_t arrivals = 0;  // due in it
  std::int64_t completed = 0;
  std::int64_t failed = 0;  // failed, lost or rejected
  std::int64_t kills = 0;   // workers, on purpose
  StretchFigures measured = {};
  std::optional<StretchFigures> predicted = {};
};

struct Verification {
  std::string version;  // of mlplan
  std::vector<std::string> argv;
  std::string started_at;  // RFC 3339, UTC
  std::uint64_t seed = 0;
  double confidence = 0.95;  // of all intervals
  std::string plan;          // path
  std::string report;        // path of the one that the prediction rests on
  VerifiedModel model;
  VerifiedMachine machine;
  VerifiedScale scaling;
  PlannedTraffic traffic;
  VerifiedWindow window;
  VerifiedPool pool;
  bool interrupted = false;
  std::string verdict;  // "holds", "misses", "inconclusive"
  std::string why;      // a sentence
  std::string next;     // what to do; empty: nothing
  std::vector<ComparedQuantity> comparisons;
  std::vector<ObjectiveVerdict> objectives;  // the plan's, held against this run; they decide nothing
  std::vector<Explanation> explanations;     // the most likely first
  VerifiedRequests requests;
  VerifiedWorkers workers;
  VerifiedGenerator generator;
  VerifiedNoise noise;
  std::vector<AssumedParameter> assumed;
  double stretch_s = 0;  // length of those of the timeline
  std::vector<VerifiedStretch> timeline;
};

// Stable key order: equal verifications give equal bytes.
nlohmann::ordered_json to_ordered_json(const Verification& verification);
std::string write_verification(const Verification& verification);  // pretty, with a final newline

// Validates against the schema first. ErrorKind::bad_input; `where` is "FILE: /json/pointer". Ignores unknown keys,
// refuses a newer major schema_version, and a document that contradicts itself:
// - a row that "holds" with its measured value outside, or "misses" with it inside, or `inside` that is not so
// - "holds" beside a row that misses, interrupted, or without any row that holds
// - "misses" without a row that misses
// - requests that do not add up to those scheduled
Result<Verification> read_verification(const std::string& text, const std::string& file_name);

std::string_view verification_schema();  // the JSON Schema (draft-07), as shipped

}  // namespace mlplan
