// Demand that nothing holds up: as many servers as there are requests. The mean number busy under traffic that changes,
// and what will be busy some time ahead. The base for staffing, for start-ups that lead the load, and for pools.
//
// Arrivals are Poisson with a rate that changes over time; times in seconds, rates per second. Exact for any law of
// service times. Source: Eick, Massey and Whitt 1993, "The physics of the M_t/G/infinity queue" and "M_t/G/infinity
// queues with sinusoidal arrival rates"; staffing from Jennings, Mandelbaum, Massey and Whitt 1996.
#pragma once

#include <cstdint>
#include <vector>

#include "planner/distribution.h"

namespace mlplan::planner {

// A rate that is constant within each interval; the first interval starts at time 0. Before it and after the last one
// the rate is the nearest interval's, or with `repeats` the whole series comes again, as days do.
struct RateSeries {
  std::vector<double> rate_per_s = {};
  double interval_s = 60;
  bool repeats = false;
};

double rate_at(const RateSeries& series, double time);
double mean_rate(const RateSeries& series);

// Mean number of busy servers at `time`: E[rate(time - S_e)] E[S], the integral of rate(time - u) P(S > u) over u >= 0.
// For a warm pool: with start-up times in place of service and draws in place of arrivals, the mean number on order.
double mean_busy(const RateSeries& series, const Distribution& service, double time);
// The same from `from` on only: those that arrived in [from, time].
double mean_busy_since(const RateSeries& series, const Distribution& service, double from, double time);

// The mean for a rate of base + amplitude sin(frequency t) and exponential service.
double mean_busy_sinusoid(double base, double amplitude, double frequency, double mean_service, double time);

// Smallest number that will be enough with probability q at time + ahead, given `busy` servers at `time`: each of those
// is still busy with P(S_e > ahead), and mean_busy_since of new ones are. 0 < q < 1.
std::int64_t busy_quantile(const RateSeries& series, const Distribution& service, std::int64_t busy, double time,
                           double ahead, double q);

}  // namespace mlplan::planner
