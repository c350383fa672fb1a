// The flags that say how many requests come, shared by all commands that plan for traffic or play it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/flags.h"
#include "planner/simulation/traffic_arrivals.h"
#include "profiles/traffic.h"

namespace mlplan::cli {

struct TrafficChoice {
  std::optional<double> rate_per_s;  // the mean
  std::optional<double> peak_per_s;
  std::optional<std::int64_t> peak_hour;
  std::vector<double> hours;
  std::string path;  // a file in place of a rate
  std::optional<TrafficColumns> columns;
  std::optional<planner::Bursts> bursts;  // stated; absent: what the traffic itself says
  double scale = 1;
  std::string source;  // how a rate was given, for messages
};

// --rate with --peak, --peak-hour or --hours; --traffic with --traffic-map; --burst, --scale-traffic.
void declare_traffic(Flags& flags, TrafficChoice& choice);

// ErrorKind::usage where the flags do not go together; else what reading the file says.
Result<Traffic> open_traffic(const TrafficChoice& choice);

}  // namespace mlplan::cli
