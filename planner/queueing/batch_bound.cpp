#include "planner/queueing/batch_bound.h"

#include <algorithm>
#include <limits>

namespace mlplan::planner {

double mean_response_bound(const BatchServer& server, double arrival_rate) {
  const double base = server.base_time;
  const double slope = server.time_per_request;
  if (!(base >= 0) || !(slope >= 0) || !(arrival_rate >= 0)) return std::numeric_limits<double>::quiet_NaN();
  const double busy = arrival_rate * slope;
  if (busy >= 1) return std::numeric_limits<double>::infinity();
  const double light =
      (slope + base) / (2 * (1 - busy)) * (1 + 2 * arrival_rate * base + (1 - arrival_rate * base) / (1 + busy));
  const double heavy = 1.5 * base / (1 - busy) + slope / 2 * (busy + 2) / (1 - busy * busy);
  return std::min(light, heavy);
}

double capacity(const BatchServer& server, double batch) {
  return batch / (server.base_time + server.time_per_request * batch);
}

}  // namespace mlplan::planner
