// Loads under way, which slow each other down: with n at once each proceeds at 1 / factor(n) of its speed alone, or
// slower where the machine they share is busy with something else too.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "planner/simulation/event_heap.h"
#include "planner/simulation/work_clock.h"

namespace mlplan::planner {

class StartUps {
 public:
  struct Load {
    double time = 0;  // on the clock of work done
    std::uint32_t instance = 0;
    std::uint32_t generation = 0;
  };

  // factors[n - 1]; empty: 1 throughout.
  explicit StartUps(std::vector<double> factors) : factors_(std::move(factors)) {}

  // Calls in time order.
  void add(double now, double work_s, std::uint32_t instance, std::uint32_t generation);
  // One of those under way is given up. It still comes out of pop(), whose caller tells by its generation.
  void cancel(double now);
  double next_time() const;  // infinity when none is under way
  // The next one, at next_time().
  Load pop(double now);
  void count_finished(double now);  // after pop() of one that had not been given up

  // From now on each is slowed at least so much.
  void set_least_slowdown(double now, double slowdown);
  std::int64_t count() const { return count_; }  // under way, those given up left out

 private:
  void proceed(double now);
  void change_count(double now, std::int64_t by);
  void set_pace();

  std::vector<double> factors_;
  EventHeap<Load> loads_;
  std::int64_t count_ = 0;
  double least_slowdown_ = 0;
  WorkClock clock_;
};

}  // namespace mlplan::planner
