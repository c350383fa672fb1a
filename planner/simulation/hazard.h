// Events that happen to each of a changing number of things at exponential intervals: one clock for all of them.
//
// A unit-exponential amount of hazard is used up at the rate (number / mean time between events of one), so that
// nothing is drawn anew when the number changes.
#pragma once

#include <limits>
#include <pcg_random.hpp>

#include "planner/simulation/sampler.h"

namespace mlplan::planner {

class Hazard {
 public:
  // Infinite time_between_s: never.
  Hazard(double time_between_s, pcg64& random) : rate_(1 / time_between_s), left_(draw_exponential(random)) {}

  void set_number(double now, double number) {
    left_ -= (now - now_) * number_ * rate_;
    now_ = now;
    number_ = number;
  }
  double next_time() const {
    const double rate = number_ * rate_;
    return rate > 0 ? now_ + (left_ > 0 ? left_ / rate : 0) : std::numeric_limits<double>::infinity();
  }
  // The event at next_time() has happened.
  void renew(double now, pcg64& random) {
    now_ = now;
    left_ = draw_exponential(random);
  }

 private:
  double rate_;
  double left_;
  double now_ = 0;
  double number_ = 0;
};

}  // namespace mlplan::planner
