// What is simulated: traffic, instances and what they take to start and to serve, as plain values.
//
// Times are in seconds. Defaults are one server with exponential service of one second and nothing else. validate()
// says what is out of range; simulate() takes for granted that it was asked.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "fleet/fleet_limits.h"
#include "fleet/routing.h"
#include "planner/distribution.h"
#include "planner/simulation/after_idle.h"
#include "planner/simulation/arrivals.h"
#include "profiles/support/result.h"

namespace mlplan::planner {

// The law of serving one batch of a size. Between sizes that are given, and above the largest, a batch is served by the
// law of the next larger one (the largest), scaled to the mean on the line between its neighbours (the last two).
struct BatchService {
  std::int64_t batch = 1;
  Distribution time_s = {};
};

struct InstanceSettings {
  std::int64_t workers = 1;
  std::int64_t concurrency = 1;  // batches that a worker serves at once; an instance has workers x concurrency slots
  std::int64_t max_batch = 1;
  double batch_timeout_s = 0;  // a free slot takes a batch that is full, or whose oldest request waited that long
  std::vector<BatchService> service = {{1, exponential(1)}};  // ascending by batch
  AfterIdle after_idle = {};
};

// Requests per second that an instance serves while there are always enough, at the best of its batches.
double capacity_per_s(const InstanceSettings& instance);

struct StartUpSettings {
  Distribution load_s = deterministic(0);        // process start to ready, alone
  std::optional<Distribution> node_s = {};       // before it, where a machine has to be had first
  std::optional<Distribution> image_s = {};      // and an image to be fetched
  Distribution pool_exit_s = deterministic(0);   // from pooled to ready
  std::optional<Distribution> pool_fill_s = {};  // into the pool; absent: as node, image and load
  // Loads that overlap slow each other down: with n at once each runs slower by factor n (the first is for one alone),
  // at every moment. Beyond the list it goes on along the last step. Empty: each has a machine of its own.
  std::vector<double> simultaneous_factor = {};
};

// Instances end without having been asked to, each on its own at exponential intervals while it is ready.
struct EndSettings {
  double time_between_s = std::numeric_limits<double>::infinity();  // per ready instance
  double notice_s = 0;            // it takes nothing new for that long, then it ends; 0: at once
  std::vector<double> at_s = {};  // besides, one that is ready then, at each of these ascending times; none is: nothing
};

// All instances share one machine, whose CPUs run short when they start and serve at once.
struct SharedHost {
  double cpus = 1;
  double cpus_per_slot = 1;  // that a slot uses while it serves: its threads
  double cpus_per_load = 1;  // that a start-up uses while it loads
  double cpus_besides = 0;   // that something else keeps busy all the time: what hands out the requests, say
  // Services that run at once in k slots each run slower by factor k, at every moment, as start-ups that overlap do.
  std::vector<double> service_factor = {};
  // The machine's own speed changes: from i x pace_stretch_s on services take pace[i] times as long as otherwise, and
  // go on so after the last. Empty: it does not.
  std::vector<double> pace = {};
  double pace_stretch_s = 1;
};

struct FleetSettings {
  InstanceSettings instance = {};
  StartUpSettings start_up = {};
  std::int64_t initial_instances = 1;    // ready at time 0
  std::int64_t initial_pool = 0;         // pooled at time 0
  std::int64_t max_instances = 100'000;  // of all states together; orders beyond it are not carried out
  EndSettings failures = {};
  EndSettings interruptions = {.notice_s = 120};  // of spot capacity
  bool retries = false;  // what an instance that ended was serving starts again at the head of the queue, or is lost
  MissedDraw missed_draw = MissedDraw::starts_cold;
  std::optional<SharedHost> host = {};  // absent: what one instance does slows no other one's services
};

struct Scenario {
  Arrivals arrivals = poisson_arrivals(0.5);
  FleetSettings fleet = {};
  Routing routing = Routing::shared_queue;
  std::int64_t queue_limit = std::numeric_limits<std::int64_t>::max();  // waiting requests; more are rejected
  double duration_s = 3600;                                             // arrivals end here
  double warm_up_s = 0;   // what arrives and happens before is not counted
  double drain_s = 3600;  // at most so long after the end for what is still there
  double slo_response_s = std::numeric_limits<double>::infinity();
  std::vector<double> other_responses_s = {};  // further thresholds: for them only the requests within are counted
  std::int64_t timeline_points = 0;            // equal stretches between warm-up and end
};

// ErrorKind::usage; `where` names the member.
Status validate(const Scenario& scenario);

}  // namespace mlplan::planner
