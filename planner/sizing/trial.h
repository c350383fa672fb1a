// One deployment against the traffic: simulated over its windows, several times over, and what came out as shares of
// requests and prices an hour. The simulator's word is what a plan promises.
//
// Requests go to the ready instance with the fewest requests, as load balancers send them, and wait there for one of
// its workers.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "planner/simulation/intervals.h"
#include "planner/simulation/result.h"
#include "planner/sizing/candidate.h"
#include "planner/sizing/demand.h"
#include "profiles/policy.h"
#include "profiles/slo.h"

namespace mlplan::planner {

// Who decides how many instances there are. A policy starts anew with each window, whose time 0 is its own.
struct Scaling {
  std::function<std::unique_ptr<Policy>(const Window&)> policy = {};
  std::function<std::int64_t(const Window&)> initial_instances = {};
  std::int64_t initial_pool = 0;  // spares that are stopped
  double pool_exit_s = 0;         // from the order until one of them is ready
};

Scaling fixed_scaling(std::int64_t instances);

struct Deployed {
  Candidate candidate = {};
  Scaling scaling = {};
};

// Sums over the windows of one replication, each times its weight.
struct Totals {
  double requests = 0;
  std::vector<double> within;  // requests answered in time, one for each objective
  double exposed = 0;
  double instance_s = 0;  // of all states in which a machine runs
  double stopped_s = 0;   // of those in the pool
  double time_s = 0;
  double busy_slot_s = 0;
  double ready_slot_s = 0;
  double starts = 0;  // ordered to serve
};

inline constexpr std::size_t kFewestWindows = 8;

struct TrialResult {
  std::vector<Totals> replications;
  std::vector<Totals> windows;          // one for each window, over all replications, by its weight
  std::map<double, double> response_s;  // upper edge of a bin -> requests, weighted
  std::int64_t simulated = 0;           // requests
  std::int64_t most_instances = 0;

  // Means over all replications. The interval is of what differs between replications and, from kFewestWindows on, of
  // the windows as a sample of the traffic.
  Interval within(std::size_t objective) const;
  Interval exposure() const;
  Interval instances() const;  // that run
  double stopped() const;      // mean
  Interval utilisation() const;
  double response_quantile(double q) const;  // seconds, at most 1.6 % too high; infinite where it was not answered
};

struct TrialQuestion {
  const std::vector<Window>* windows = nullptr;
  const std::vector<LatencyObjective>* objectives = nullptr;
  std::uint64_t seed = 0;
};

// Adds replications first..first+count-1 to `result`.
void run_trial(const Deployed& deployed, const TrialQuestion& question, std::int64_t first, std::int64_t count,
               TrialResult& result);

}  // namespace mlplan::planner
