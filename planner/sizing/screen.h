// Instances that will probably do, by formulas: what narrows the search before anything is simulated.
//
// All slots of all instances share one queue of Poisson arrivals; waits have the mean of Whitt's GI/G/c and an
// exponential tail (two_moment.h), and service has the law that was measured. Batches are taken to be full at the
// smallest measured size that keeps up: of k requests, which come at Erlang-k intervals, of a squared variation of 1/k.
// Means are within a few per cent for one queue; a queue for each instance waits longer, and percentiles are off by up
// to a third: never the last word.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "planner/sizing/candidate.h"
#include "profiles/slo.h"

namespace mlplan::planner {

// Both arguments must outlive it.
class Screen {
 public:
  Screen(const Candidate& candidate, const std::vector<LatencyObjective>& objectives)
      : candidate_(candidate), objectives_(objectives) {}

  // Smallest number of instances; nullopt where even an idle fleet is too slow for an objective.
  std::optional<std::int64_t> instances_for(double rate_per_s) const;
  // Shortest time an idle instance answers within, at the objective's quantile; seconds.
  double idle_response(double quantile) const;

 private:
  bool is_kept(const ServiceLaw& law, double rate_per_s, std::int64_t instances) const;

  const Candidate& candidate_;
  const std::vector<LatencyObjective>& objectives_;
};

}  // namespace mlplan::planner
