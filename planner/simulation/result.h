// What a simulation counted, between warm-up and end. Requests are those that arrived in that time, whenever they were
// done; instances, seconds and events are those of that time.
#pragma once

#include <cstdint>
#include <vector>

#include "fleet/instance_totals.h"
#include "planner/simulation/log_histogram.h"

namespace mlplan::planner {

// A stretch of the timeline: counts of what was done in it, means over it of what there was.
struct TimelinePoint {
  double start_s = 0;
  std::int64_t arrivals = 0;
  std::int64_t completed = 0;
  std::int64_t beyond_slo = 0;
  std::int64_t exposed = 0;
  double wait_s = 0;      // summed over the requests completed
  double response_s = 0;  //
  double max_response_s = 0;
  double queued = 0;
  double in_service = 0;
  double ready = 0;
  double loading = 0;
  double pooled = 0;
};

struct SimulationResult {
  std::int64_t arrivals = 0;
  std::int64_t completed = 0;
  std::int64_t rejected = 0;                    // the queue was full
  std::int64_t lost = 0;                        // in service on an instance that ended, or in its queue
  std::int64_t retried = 0;                     // the same, but put back
  std::int64_t unfinished = 0;                  // still there when the drain was over
  std::int64_t waited = 0;                      // completed, and not begun at once
  std::int64_t within_slo = 0;                  // completed with response <= threshold
  std::vector<std::int64_t> within_other = {};  // the same for each of Scenario::other_responses_s

  // Exposed to a cold start: completed, and waited, and at some moment of the wait an instance that had been ordered to
  // serve was not ready yet. It is the share that may have met a cold start: a request that would have waited anyway is
  // in it too. `exposed_beyond_slo` are those for which it can have mattered.
  std::int64_t exposed = 0;
  std::int64_t exposed_beyond_slo = 0;

  LogHistogram wait;      // arrival to the start of the batch it was served in
  LogHistogram response;  // arrival to done
  LogHistogram service;   // start to done of that batch, once for each request
  std::int64_t batches = 0;

  double measured_s = 0;  // warm-up to end
  InstanceSeconds instance_s;
  InstanceEvents instances;
  std::int64_t most_instances = 0;  // of all states but stopping, at once
  double queued_s = 0;              // requests waiting x seconds
  double in_service_s = 0;
  double busy_slot_s = 0;
  double ready_slot_s = 0;  // of ready and stopping instances
  std::vector<TimelinePoint> timeline;
  std::int64_t events = 0;  // arrivals, completions and all others, warm-up and drain included
};

// Share of arrivals that were answered within the threshold: rejected, lost and unfinished ones are not. 1 without any.
double attainment(const SimulationResult& result);
double exposure(const SimulationResult& result);     // exposed / arrivals; 0 without any
double utilisation(const SimulationResult& result);  // busy over offered slots; 0 where none was offered
double miss_share(const SimulationResult& result);   // misses / (draws + misses); 0 without either

}  // namespace mlplan::planner
