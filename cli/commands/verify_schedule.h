// When each request of a verification is sent: the plan's traffic, cut to the run and scaled to the machine.
#pragma once

#include <string>
#include <vector>

#include "cli/commands/verify_flags.h"
#include "planner/queueing/infinite_server.h"
#include "planner/simulation/traffic_arrivals.h"
#include "profiles/plan.h"
#include "profiles/traffic.h"

namespace mlplan::cli {

struct VerifySchedule {
  std::vector<double> times_s = {};  // ascending, from the run's beginning
  double from_s = 0;                 // of the traffic
  double duration_s = 0;             // of the run
  double rate_factor = 1;            // that was reached: a trace cannot be played at a higher rate than its own
  // In the minute before the run, or its first seconds where the traffic begins there: what it begins with is there for
  // this, and knows nothing of what comes.
  double rate_before_per_s = 0;
  double mean_per_s = 0;
  std::vector<std::string> why = {};
};

// That which the flags name, or else the plan's. ErrorKind::usage: the plan does not say enough of it.
Result<Traffic> traffic_to_verify(const VerifyRequest& request, const Plan& plan);

// Those of the flags, or else the plan's; nullopt: what the traffic itself says.
std::optional<planner::Bursts> bursts_to_verify(const VerifyRequest& request, const Plan& plan);

// `rate_factor`: requests per second of the run over those of the traffic. Equal seeds give equal schedules.
Result<VerifySchedule> make_schedule(const VerifyRequest& request, const Traffic& traffic,
                                     const std::optional<planner::Bursts>& bursts, double rate_factor);

}  // namespace mlplan::cli
