// The simulation: what became of a traffic that was played through a fleet under a policy. What `mlplan simulate`
// answers; docs/formats.md explains every field, the JSON Schema is profiles/schemas/simulation.schema.json.
//
// Times are seconds where the name ends in _s and nanoseconds where it ends in _ns; shares are 0 to 1. An Estimate is
// the mean over the replications with the interval of that mean, without bounds where there was one replication.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "profiles/plan.h"
#include "profiles/support/result.h"

namespace mlplan {

inline constexpr const char* kSimulationSchema = "mlplan.simulation";
inline constexpr const char* kSimulationSchemaVersion = "1.0";

struct SimulatedTime {
  double mean_ns = 0;
  double scv = 0;            // variance / mean^2
  std::int64_t samples = 0;  // measured ones that were drawn from; 0: a formula
};

struct SimulatedService {
  std::int64_t batch = 1;
  SimulatedTime time = {};
};

struct SimulatedFleet {
  std::string plan;                          // path; empty: none was played
  std::string report;                        // path; empty: everything was stated
  std::string model;                         // its path, from the report
  std::int64_t workers = 1;                  // of an instance
  std::optional<std::int64_t> threads = {};  // of a worker, as measured
  std::int64_t concurrency = 1;              // batches that a worker serves at once
  std::int64_t max_batch = 1;
  std::int64_t batch_timeout_ns = 0;
  std::vector<SimulatedService> service = {};
  std::string start_state;                       // of the report's cold start; empty: stated
  std::optional<SimulatedTime> start_up = {};    // absent: no instance is ever started
  std::optional<SimulatedTime> node_start = {};  // before it
  std::optional<SimulatedTime> pool_exit = {};   // absent: there is no pool
  std::vector<double> simultaneous_factor = {};  // of n starts at once on a host; empty: each on its own
  std::int64_t initial_instances = 1;
  std::int64_t initial_pool = 0;
  std::optional<double> time_between_failures_s = {};       // of one ready instance
  std::optional<double> time_between_interruptions_s = {};  // the same
  std::optional<double> notice_s = {};                      // before one; absent: there are none
  std::string routing = "shared_queue";                     // or "least_outstanding"
};

struct SimulatedRun {
  double from_s = 0;  // of the traffic
  double duration_s = 0;
  double warm_up_s = 0;  // at its beginning, not counted
  std::int64_t replications = 0;
  std::uint64_t seed = 0;
  double confidence = 0.95;
};

struct SimulatedPercentile {
  double quantile = 0;
  std::optional<Estimate> response_ns = {};  // absent: too few requests in a replication
};

// Means of the replications. Requests are those that arrived after the warm-up.
struct SimulatedFigures {
  Estimate requests;
  Estimate unserved;  // share: rejected, lost with an instance, or still there at the end
  Estimate waited;    // share that was not begun at once
  Estimate exposure;  // share that may have met a cold start
  Estimate mean_response_ns;
  std::vector<SimulatedPercentile> response;  // by rising quantile
  Estimate mean_batch;
  Estimate utilisation;  // share of the slots of ready instances in use
  Estimate ready;        // instances, mean over time
  Estimate loading;
  Estimate pooled;
  Estimate filling;
  Estimate stopping;
  Estimate most_instances;  // of all states but stopping, at once
  Estimate cold_starts;     // instances ordered that did not come from the pool
  Estimate draws;           // that did
  Estimate misses;          // that found the pool empty
  Estimate stops;
  Estimate failures;
  Estimate interruptions;
};

struct ObjectiveVerdict {
  std::string objective;  // "p99 within 80.0 ms", "exposure up to 0.1 %"
  double allowed = 0;     // share of requests that may miss it
  Estimate missed;        // share that did
  std::string verdict;    // "met", "missed", "inconclusive"
  std::string why;        // of inconclusive: a sentence
};

// A stretch of the first replication: counts of what happened in it, means over it of what there was.
struct SimulatedStretch {
  double start_s = 0;
  double arrivals_per_s = 0;
  double queued = 0;
  double in_service = 0;
  double ready = 0;
  double loading = 0;
  double pooled = 0;
  std::int64_t completed = 0;
  std::int64_t late = 0;     // completed, beyond the objective of the highest quantile
  std::int64_t exposed = 0;  // completed, and may have met a cold start
  double mean_response_ns = 0;
  double max_response_ns = 0;
};

struct Simulation {
  std::string version;  // of mlplan
  std::vector<std::string> argv;
  PlannedTraffic traffic;
  SimulatedFleet fleet;
  std::string policy;
  std::map<std::string, double> policy_settings;  // those that were given
  SimulatedRun run;
  std::string verdict;  // "none" (nothing was asked), "met", "missed", "inconclusive"
  std::vector<ObjectiveVerdict> objectives;
  SimulatedFigures figures;
  double stretch_s = 0;  // length of those of the timeline
  std::vector<SimulatedStretch> timeline;
  std::vector<std::string> assumptions;
};

// Stable key order: equal simulations give equal bytes.
nlohmann::ordered_json to_ordered_json(const Simulation& simulation);
std::string write_simulation(const Simulation& simulation);  // pretty, with a final newline

// Validates against the schema first. ErrorKind::bad_input; `where` is "FILE: /json/pointer". Ignores unknown keys,
// refuses a newer major schema_version.
Result<Simulation> read_simulation(const std::string& text, const std::string& file_name);

std::string_view simulation_schema();  // the JSON Schema (draft-07), as shipped

}  // namespace mlplan
