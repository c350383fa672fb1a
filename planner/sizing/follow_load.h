// A fleet that follows the load: the table of rates for its policy, and the fewest spares with which it keeps the
// objectives on the traffic.
//
// The table comes from the formulas, brought down to what the simulator found for the highest rate. Spares begin at the
// growth quantile of the traffic (pool/growth.h) and go to the boundary between missed and kept by simulation.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "planner/policies/follow.h"
#include "planner/sizing/search.h"

namespace mlplan::planner {

// rates[n - 1] for n up to the serving count of `sized`, with times longer by the candidate's error.
std::vector<double> rates_for_instances(const Sized& sized, double peak_rate_per_s,
                                        const std::vector<LatencyObjective>& objectives);

Scaling follow_scaling(const FollowSettings& settings);

// Instances the policy would order, mean over the traffic, if requests came evenly: what a fleet costs apart from
// noise.
double mean_ordered(const FollowSettings& settings, const Demand& demand);
// The same over the counted parts of windows, by weight.
double mean_ordered(const FollowSettings& settings, const Demand& demand, const std::vector<Window>& windows);

struct Followed {
  FollowSettings policy = {};
  Judged judged = {};                         // with times longer by the error
  std::map<std::int64_t, Judged> tried = {};  // by the count that was searched for
};

struct SpareSearch {
  std::int64_t fewest = 0;
  std::int64_t guess = 0;
  std::int64_t most = 0;
};

// Of those that run; nullopt where even the most are not enough.
std::optional<Followed> fewest_spares(const Candidate& candidate, const FollowSettings& policy,
                                      const SpareSearch& search, const std::vector<Window>& windows,
                                      const Objectives& objectives, const Effort& effort, std::uint64_t seed);
// The same of those that are stopped, beside the policy's that run.
std::optional<Followed> fewest_stopped(const Candidate& candidate, const FollowSettings& policy,
                                       const SpareSearch& search, const std::vector<Window>& windows,
                                       const Objectives& objectives, const Effort& effort, std::uint64_t seed);

}  // namespace mlplan::planner
