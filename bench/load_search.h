// The highest rate of an open loop that keeps an objective, by bisection between 0 and what the model does back to
// back. Pure: it says which rate comes next, is told each visit at it, and keeps every rate that was tried.
//
// A rate holds when the upper bounds of all its percentiles keep within their limits, and fails when a lower bound does
// not or the queue never settled down. One that is neither when its visits are spent counts as not held.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "bench/open_loop.h"
#include "profiles/slo.h"

namespace mlplan::bench {

enum class RateVerdict { undecided, holds, fails };

RateVerdict judge(const OpenLoopFigures& figures, const std::vector<LatencyObjective>& objectives);

class LoadSearch {
 public:
  LoadSearch(std::vector<LatencyObjective> objectives, std::int64_t servers);

  // Requests per second back to back, the upper end. Before it is told there is no rate to try.
  void set_capacity(double per_s) { capacity_per_s_ = failing_per_s_ = per_s; }
  std::optional<double> capacity() const { return capacity_per_s_; }

  std::optional<double> next_rate() const;  // none: capacity is not known, or it is finished
  void add(OpenVisit visit);                // at next_rate()
  std::int64_t requests_per_visit() const;  // enough to judge in about four visits

  struct Tried {
    double rate_per_s = 0;
    RateVerdict verdict = RateVerdict::undecided;  // of a rate that is done with: counted as not held
    std::vector<OpenVisit> visits = {};
  };
  const std::vector<Tried>& tried() const { return tried_; }
  double holding() const { return holding_per_s_; }  // 0: none yet
  double failing() const { return failing_per_s_; }  // the lowest that did not hold, or the capacity
  bool found() const;                                // the two are within 5 % of each other
  bool hopeless() const { return hopeless_; }        // a service alone takes longer than the objective leaves
  bool finished() const { return found() || hopeless_; }

 private:
  std::vector<LatencyObjective> objectives_;
  std::int64_t servers_;
  std::optional<double> capacity_per_s_;
  double holding_per_s_ = 0;
  double failing_per_s_ = 0;
  bool hopeless_ = false;
  bool open_ = false;  // the last rate tried needs more visits
  std::vector<Tried> tried_;
};

std::vector<double> percentiles_of(const std::vector<LatencyObjective>& objectives);  // and p50, p90, p99

}  // namespace mlplan::bench
