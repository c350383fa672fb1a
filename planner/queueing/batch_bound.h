// One server that serves everyone waiting as one batch, as soon as it is free: an upper bound of the mean response
// time.
//
// A batch of b takes base_time + time_per_request * b; arrivals are Poisson; batches are not limited. Times are in one
// unit and the rate per that unit. Infinite where arrival_rate * time_per_request >= 1; NaN for negative arguments.
// Bounded batches, time-outs and several servers are the simulator's. Source: Inoue 2021, Performance Evaluation 145,
// "Queueing analysis of GPU-based inference servers with dynamic batching"; within 4.3 % of simulation where it was
// tried.
#pragma once

namespace mlplan::planner {

struct BatchServer {
  double base_time = 0;
  double time_per_request = 0;
};

double mean_response_bound(const BatchServer& server, double arrival_rate);
// Requests per unit of time at full batches of `batch` >= 1.
double capacity(const BatchServer& server, double batch);

}  // namespace mlplan::planner
