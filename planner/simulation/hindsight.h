// What would have been predicted for a run, had one known how long services take in each stretch of it: what is then
// still wrong is the model's queues, routing and starts, and not the speed of the machine.
#pragma once

#include <cstdint>
#include <vector>

#include "planner/simulation/prediction.h"
#include "planner/simulation/scenario.h"

namespace mlplan::planner {

struct MeasuredServices {
  double stretch_s = 1;
  std::vector<double> mean_s = {};  // of what was completed in each stretch, as long as a slot was taken; 0: too few
};

// Medians over replications, in the order of `figures`. The scenario must have a host; its pace is replaced by the one
// with which services come to those means.
std::vector<double> predict_in_hindsight(const Scenario& scenario, const PolicyFactory& make_policy,
                                         const MeasuredServices& measured, const std::vector<FigureOfRun>& figures,
                                         std::uint64_t seed);

}  // namespace mlplan::planner
