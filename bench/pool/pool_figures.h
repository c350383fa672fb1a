// What a pool's record comes to, by the names that predictions have: response times, utilisation, starts, exposure.
//
// A response is from the moment a request was scheduled until its answer was heard: what a client waits, with the
// generator's lateness and the way to the worker and back in it. Intervals of percentiles count how far neighbouring
// requests depend on each other (bench/statistics.h). Times in seconds.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/pool/pool_record.h"

namespace mlplan::bench {

struct MeasuredFigure {
  double value = 0;
  std::optional<double> low = {};
  std::optional<double> high = {};
};

// By the names of planner::figures_of_run, and "inference.p50" by the workers' own stamps; nullopt where the record has
// too little for it.
std::optional<MeasuredFigure> measured_figure(const PoolRecord& record, std::string_view name, double confidence);

// Share of the requests that were due that were not answered within `limit_s`, or not at all; by the blocks of the run,
// or where nothing varies between these by how many requests there were. Without bounds where there were too few.
MeasuredFigure missed_share(const PoolRecord& record, double limit_s, double confidence);
// Of those that were due, that were answered and met a cold start; likewise.
MeasuredFigure exposed_share(const PoolRecord& record, double confidence);

// The way of a request beside its inference, in seconds: from the pool to the worker's first stamp, and from its last
// back; medians over those that were done.
struct HandOver {
  double to_worker_s = 0;
  double back_s = 0;
  double total_s() const { return to_worker_s + back_s; }
};
HandOver hand_over(const PoolRecord& record);

// Inference by the worker's own stamps, once for each request that was done, of batches of one size or of all; seconds,
// in order of time.
std::vector<double> services(const PoolRecord& record, std::optional<std::int64_t> batch = {});

// Their means by stretches of the run's time, of what was done in each; 0 where fewer than so many were.
std::vector<double> mean_services(const PoolRecord& record, double stretch_s, std::int64_t stretches,
                                  std::int64_t at_least);

struct Lateness {
  double late_fraction = 0;  // sent later than a tenth of a median inference after their time
  double p99_s = 0;
};
Lateness lateness(const PoolRecord& record);

// Response of a request that was done.
double response_s(const PlayedRequest& request);

}  // namespace mlplan::bench
