#include "planner/simulation/result.h"

namespace mlplan::planner {

namespace {

double share(double part, double whole, double of_nothing) { return whole > 0 ? part / whole : of_nothing; }

}  // namespace

double attainment(const SimulationResult& result) {
  return share(static_cast<double>(result.within_slo), static_cast<double>(result.arrivals), 1);
}

double exposure(const SimulationResult& result) {
  return share(static_cast<double>(result.exposed), static_cast<double>(result.arrivals), 0);
}

double utilisation(const SimulationResult& result) { return share(result.busy_slot_s, result.ready_slot_s, 0); }

double miss_share(const SimulationResult& result) {
  const std::int64_t asked = result.instances.draws + result.instances.misses;
  return share(static_cast<double>(result.instances.misses), static_cast<double>(asked), 0);
}

}  // namespace mlplan::planner
