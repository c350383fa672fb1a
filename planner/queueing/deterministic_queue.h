// M/D/c: Poisson arrivals, one constant service time, `servers` servers, one first-come first-served queue. Exact.
//
// The queue seen every service time D is a Markov chain, next = max(queue + arrivals in D - servers, 0): whoever is in
// service now has left D later (Crommelin 1932). Its stationary law is found by elimination without subtractions
// (Grassmann, Taksar and Heyman 1985), truncated where less than 1e-13 is left. It normalises itself, so that a sum of
// one proves nothing: the check is that the chain serves as much as arrives, see `balance`. The law of the wait follows
// from Franx 2001. Units as in delay_queue.h.
#pragma once

#include <cstdint>
#include <vector>

namespace mlplan::planner {

struct DeterministicQueue {
  double arrival_rate = 0;
  double service_time = 1;
  std::int64_t servers = 1;
};

struct DeterministicQueueSolution {
  DeterministicQueue queue;
  std::vector<double> waiting = {};  // P(n requests are waiting), n = 0, 1, ...
  double probability_of_wait = 0;
  double mean_wait = 0;
  double balance = 0;  // |mean number in service / load - 1|, which is 0 in an exact solution
};

// Infinite waits, and no law, where the load is not below the number of servers; NaN for arguments without meaning. At
// most some milliseconds up to a utilisation of 0.99 and 1,000 servers.
DeterministicQueueSolution solve(const DeterministicQueue& queue);

double wait_tail(const DeterministicQueueSolution& solution, double time);   // P(wait > time)
double wait_quantile(const DeterministicQueueSolution& solution, double q);  // 0 <= q < 1, to 1e-9 of a service time

}  // namespace mlplan::planner
