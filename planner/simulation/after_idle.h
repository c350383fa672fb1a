// What it costs that a slot was idle before it serves: its part of the CPU's caches is lost to others meanwhile, and
// comes back as it is used (docs/method.md, Requests one by one).
//
// A slot has a coldness between 0 and 1. What it begins to serve at a coldness x takes (factor - 1) x times the mean
// service of the smallest batch longer: filling caches takes as long for a larger one.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace mlplan::planner {

struct AfterIdle {
  double alone = 1;             // factor of what begins at coldness 1, no other slot of the machine being busy
  double beside = 1;            // likewise, with so many
  std::int64_t neighbours = 1;  // busy; in between it is on the line
  double cooling_s = 0;         // to lose all but 1/e of the way to cold while idle; 0: cold at once
  double warming_s = 0;         // likewise to warm while serving; 0: warm after one service

  double factor(std::int64_t others_busy) const {
    const double share = static_cast<double>(others_busy) / static_cast<double>(neighbours);
    return alone + (beside - alone) * std::min(1.0, share);
  }
  double coldness_after_idle(double coldness, double idle_s) const {
    return cooling_s > 0 ? 1 - (1 - coldness) * std::exp(-idle_s / cooling_s) : 1;
  }
  double coldness_after_service(double coldness, double service_s) const {
    return warming_s > 0 ? coldness * std::exp(-service_s / warming_s) : 0;
  }
};

}  // namespace mlplan::planner
