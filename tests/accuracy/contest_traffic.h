// Recorded traffic, cut in two: what a plan may see, and what it is judged on. A series of rates is scaled, and a
// trace's model chosen, so that the part that is seen keeps a given number of instances busy on average.
//
// The judged part begins a little before the cut, so that a policy has seen some traffic when counting begins. Times in
// seconds, rates per second.
#pragma once

#include <string>
#include <vector>

#include "planner/simulation/arrivals.h"
#include "profiles/support/result.h"
#include "profiles/traffic.h"
#include "profiles/traffic_columns.h"

namespace mlplan::accuracy {

inline constexpr double kSeenShare = 0.6;

struct ContestFile {
  std::string name = {};
  std::string path = {};
  TrafficColumns columns = {};
  double busy = 7;          // instances, mean over the part that is seen
  double service_s = 0.25;  // of a series; of a trace it follows from `busy`
  double warm_up_s = 600;   // of the judged part
};

struct ContestTraffic {
  std::string name = {};
  double service_s = 0;
  double scale = 1;  // of the file's rates
  Traffic seen = {};
  std::vector<double> seen_arrivals = {};  // of a trace
  double seen_mean_per_s = 0;
  double seen_peak_per_s = 0;  // highest step of a series, highest minute of a trace
  double cut_s = 0;            // where the judged part begins, warm-up left out
  double warm_up_s = 0;
  double judged_s = 0;
  double judged_mean_per_s = 0;
  double judged_peak_per_s = 0;
  double first_rate_per_s = 0;    // over the warm-up
  planner::Arrivals judged = {};  // time 0 is cut_s - warm_up_s
};

// ErrorKind::bad_input as the readers have it.
Result<ContestTraffic> read_contest_traffic(const ContestFile& file);

}  // namespace mlplan::accuracy
