// M/M/c: Poisson arrivals, exponential service times, `servers` servers, one first-come first-served queue that never
// loses anyone. Exact.
//
// Times are in seconds and rates per second (any unit serves if it is the same throughout). Where the queue is not
// stable, load >= servers, waits are infinite. Arguments without meaning give NaN. Source: Erlang 1917; the response
// time as a mix of two exponentials from Gross and Harris, Fundamentals of Queueing Theory, section 2.3.
#pragma once

#include <cstdint>
#include <optional>

namespace mlplan::planner {

struct DelayQueue {
  double arrival_rate = 0;
  double service_rate = 1;  // of one server: 1 / mean service time
  std::int64_t servers = 1;

  double load() const { return arrival_rate / service_rate; }
  double utilisation() const { return load() / static_cast<double>(servers); }
};

double probability_of_wait(const DelayQueue& queue);
double mean_wait(const DelayQueue& queue);
double mean_response(const DelayQueue& queue);
double mean_queue_length(const DelayQueue& queue);
double wait_tail(const DelayQueue& queue, double time);  // P(wait > time), time >= 0
double response_tail(const DelayQueue& queue, double time);
double wait_quantile(const DelayQueue& queue, double q);  // smallest t with P(wait <= t) >= q; 0 <= q < 1
double response_quantile(const DelayQueue& queue, double q);

// Smallest number of servers with P(wait > time) <= share. `queue.servers` is not looked at. share > 0.
std::int64_t servers_for_wait(const DelayQueue& queue, double time, double share);
// Smallest number with P(response > time) <= share; nullopt where even a server for each request is too slow.
std::optional<std::int64_t> servers_for_response(const DelayQueue& queue, double time, double share);

// --- many servers: square-root staffing (Halfin and Whitt 1981)
// ----------------------------------------------------------

// ceil(load + beta sqrt(peakedness load)). Peakedness 1 is Poisson traffic; burstier traffic has the ratio of variance
// to mean that its number of busy servers would have with no limit on them.
std::int64_t square_root_staffing(double load, double beta, double peakedness = 1);
// Limit of P(wait) as the load grows with servers = load + beta sqrt(load): 1 / (1 + beta Phi(beta)/phi(beta)), beta >
// 0.
double halfin_whitt_delay(double beta);
// The beta at which that limit is `delay`; 0 < delay < 1.
double halfin_whitt_beta(double delay);

}  // namespace mlplan::planner
