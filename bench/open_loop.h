// Open loop: requests that arrive on a schedule, whatever becomes of those before, and wait first in, first out. Pure:
// from stamps to response = done - scheduled, queue = started - scheduled, service = done - started and lateness = sent
// - scheduled, and whether the queue was one that settles. Times are ns from the begin of a visit.
//
// Sources: Lindley (1952) for one server, Kiefer and Wolfowitz (1955) for several; docs/method.md has the rules.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "profiles/report.h"

namespace mlplan::bench {

enum class Arrivals { poisson, constant };
std::string_view name_of(Arrivals arrivals);

// `count` ascending times. Constant: one every 1/rate from 0 on; Poisson: independent exponential gaps from `seed`.
std::vector<std::int64_t> arrival_times(Arrivals arrivals, double rate_per_s, std::int64_t count, std::uint64_t seed);

struct ServedRequest {
  double scheduled = 0;
  double sent = 0;
  double started = 0;
  double done = 0;
};
inline double response_of(const ServedRequest& request) { return request.done - request.scheduled; }
inline double queue_of(const ServedRequest& request) { return request.started - request.scheduled; }
inline double service_of(const ServedRequest& request) { return request.done - request.started; }
inline double lateness_of(const ServedRequest& request) { return request.sent - request.scheduled; }

// One process's stretch of arrivals, in order of their times.
struct OpenVisit {
  std::vector<ServedRequest> requests = {};
  std::int64_t unserved = 0;  // arrivals still waiting when the visit was ended
  double last_arrival = 0;    // of all, served or not
};

// Response times had every request been sent on time: the same services and hand-overs (from the moment a server was
// free and the request there until it was started), replayed from the schedule.
std::vector<double> punctual_responses(std::span<const ServedRequest> requests, std::int64_t servers);

// Requests that a queue at this load needs until it has forgotten that it began empty: about 2 rho / (1 - rho)^2, the
// relaxation time of a queue with hardly varying services, and one for each server. 0 at rho >= 1, where it never does.
double requests_to_settle(double rho, double servers);

struct OpenLoopFigures {
  // Of the requests after the run-in. No percentiles of the queue and the response where it did not settle, and no
  // samples where it grew without end. The response's interval also holds what it would be with every request sent on
  // time; a late generator makes its percentiles too high.
  Stat response = {};
  Stat queue = {};
  Stat service = {};
  Stat throughput = {};    // requests per second, one sample per visit
  double utilisation = 0;  // requests offered per second x mean service / servers
  bool saturated = false;
  std::int64_t run_in = 0;      // requests at the begin of each visit that count in no figure
  bool settled = true;          // the run-in is all that this load needs, and at most half of a visit
  double late_fraction = 0;     // sent later than a tenth of a service after their time
  bool generator_late = false;  // some percentile of the response is more than a tenth the generator's
  std::vector<std::vector<double>> punctual = {};  // punctual_responses of each visit, after the run-in
};
OpenLoopFigures open_loop_figures(const std::vector<OpenVisit>& visits, std::int64_t servers,
                                  const std::vector<double>& percentiles);

// One-sided lower bound of the q-quantile from dependent samples; nullopt when there are too few.
std::optional<double> quantile_at_least(const std::vector<std::vector<double>>& blocks, double q, double confidence);

}  // namespace mlplan::bench
