// mlplan's own policy: as many instances as the rate needs by a table made when the plan was made, and spares on top
// that serve as well. Up at once, down to the most that was wanted in the last minutes. Further spares may be kept in a
// pool, stopped, from where growth is served first.
//
// The rate is the mean over the long window, or over the short one where that is higher by more than two standard
// errors of a Poisson count; where a forecast is given, at least the highest it has within the lead (start-up and
// detection). Requests that wait ask for more: as many whole instances as they keep busy for the drain time. What runs
// at the first decision counts as wanted. Rates are per second, times seconds.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "planner/policies/windowed_mean.h"
#include "planner/queueing/infinite_server.h"
#include "profiles/policy.h"

namespace mlplan::planner {

struct FollowSettings {
  std::vector<double> rates = {1};  // rates[n - 1]: the highest that n instances serve as promised; ascending. Beyond
                                    // the last each instance more serves as much as the last step.
  std::int64_t spares = 0;          // that run
  std::int64_t stopped = 0;         // that are kept stopped beside them, and ready so long after the order
  double stopped_ready_in_s = 0;
  std::int64_t step = 1;      // counts by the table are rounded up to multiples of it: fewer, larger orders, whose
                              // start-ups overlap
  double capacity_per_s = 1;  // of one instance, saturated: for what waits
  double drain_s = 10;
  double interval_s = 5;
  double short_window_s = 15;
  double long_window_s = 60;
  double hold_s = 300;
  double lead_s = 60;
  std::optional<RateSeries> forecast = {};
  double forecast_from_s = 0;  // time of the forecast at time 0 of the policy
  std::int64_t lowest = 1;
  std::int64_t highest = 100'000;
};

// Until growth is seen: the next decision, and a short window of it.
double detection_s(const FollowSettings& settings);
// Smallest number that serves the rate by the table, at least 1.
std::int64_t instances_for(const std::vector<double>& rates, double rate_per_s);
// The same in whole steps, and the spares.
std::int64_t ordered_for(const FollowSettings& settings, double rate_per_s);

class FollowPolicy final : public Policy {
 public:
  explicit FollowPolicy(FollowSettings settings);
  std::string_view name() const override { return "mlplan"; }
  double interval_s() const override { return settings_.interval_s; }
  Orders decide(const Observation& observation) override;

 private:
  double rate(double time_s) const;
  double forecast(double time_s) const;

  struct Wanted {
    double time_s = 0;
    std::int64_t count = 0;
  };
  FollowSettings settings_;
  WindowedMean arrivals_;
  std::deque<Wanted> recent_ = {};  // falling counts: what may yet be the most of the hold
};

}  // namespace mlplan::planner
