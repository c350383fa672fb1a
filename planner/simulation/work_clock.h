// Work done by each of several that proceed at one pace, which changes: the virtual time of generalised processor
// sharing (Parekh and Gallager 1993). What takes some work ends when the clock has gone on by that much, however often
// the pace changes meanwhile, so that ends can be kept in order of work and need no correction.
#pragma once

#include <algorithm>

namespace mlplan::planner {

class WorkClock {
 public:
  // Calls in time order; what changes the pace comes after proceed() to that moment.
  void proceed(double now) {
    done_ += (now - now_) / slowdown_;
    now_ = now;
  }
  void set_slowdown(double slowdown) { slowdown_ = slowdown; }
  void restart() { done_ = 0; }  // while nothing is under way, so that sums stay exact

  double done() const { return done_; }
  // When that much will be done, at the present pace.
  double time_of(double work) const { return now_ + std::max(0.0, work - done_) * slowdown_; }

 private:
  double now_ = 0;
  double done_ = 0;
  double slowdown_ = 1;
};

}  // namespace mlplan::planner
