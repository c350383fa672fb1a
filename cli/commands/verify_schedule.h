// When each request of a verification is sent: the plan's traffic, cut to the run and scaled to the machine.
#pragma once

#include <string>
#include <vector>

#include "cli/commands/verify_flags.h"
#include "planner/queueing/infinite_server.h"
#include "profiles/plan.h"
#include "profiles/traffic.h"

namespace mlplan::cli {

struct VerifySchedule {
  std::vector<double> times_s = {};  // ascending, from the run's beginning
  double from_s = 0;                 // of the traffic
  double duration_s = 0;             // of the run
  double rate_factor = 1;            // that was reached: a trace cannot be played at a higher rate than its own
  double first_rate_per_s = 0;       // over the first minute, or all of it
  double mean_per_s = 0;
  std::vector<std::string> why = {};
};

// That which the flags name, or else the plan's. ErrorKind::usage: the plan does not say enough of it.
Result<Traffic> traffic_to_verify(const VerifyRequest& request, const Plan& plan);

// `rate_factor`: requests per second of the run over those of the traffic. Equal seeds give equal schedules.
Result<VerifySchedule> make_schedule(const VerifyRequest& request, const Traffic& traffic, double rate_factor);

}  // namespace mlplan::cli
