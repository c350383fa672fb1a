#include "planner/simulation/start_ups.h"

#include <algorithm>
#include <limits>

#include "planner/simulation/shared_host.h"

namespace mlplan::planner {

void StartUps::proceed(double now) {
  clock_.proceed(now);
  if (count_ == 0 && loads_.empty()) clock_.restart();
}

void StartUps::set_pace() { clock_.set_slowdown(std::max(factor_at(factors_, count_), least_slowdown_)); }

void StartUps::change_count(double now, std::int64_t by) {
  proceed(now);
  count_ += by;
  set_pace();
}

void StartUps::add(double now, double work_s, std::uint32_t instance, std::uint32_t generation) {
  proceed(now);
  loads_.push({clock_.done() + work_s, instance, generation});
  change_count(now, 1);
}

void StartUps::cancel(double now) { change_count(now, -1); }

double StartUps::next_time() const {
  if (loads_.empty()) return std::numeric_limits<double>::infinity();
  return clock_.time_of(loads_.top().time);
}

StartUps::Load StartUps::pop(double now) {
  proceed(now);
  const Load load = loads_.top();
  loads_.pop();
  return load;
}

void StartUps::count_finished(double now) { change_count(now, -1); }

void StartUps::set_least_slowdown(double now, double slowdown) {
  proceed(now);
  least_slowdown_ = slowdown;
  set_pace();
}

}  // namespace mlplan::planner
