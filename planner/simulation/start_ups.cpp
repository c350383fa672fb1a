#include "planner/simulation/start_ups.h"

#include <algorithm>
#include <limits>

namespace mlplan::planner {

double StartUps::factor() const {
  if (factors_.empty() || count_ < 1) return 1;
  const auto known = static_cast<std::int64_t>(factors_.size());
  if (count_ <= known) return factors_[static_cast<std::size_t>(count_ - 1)];
  const double last = factors_.back();
  const double step = known >= 2 ? last - factors_[static_cast<std::size_t>(known - 2)] : 0;
  return std::max(last + step * static_cast<double>(count_ - known), last);
}

void StartUps::proceed(double now) {
  work_done_ += (now - now_) / factor();
  now_ = now;
  if (count_ == 0 && loads_.empty()) work_done_ = 0;
}

void StartUps::add(double now, double work_s, std::uint32_t instance, std::uint32_t generation) {
  proceed(now);
  loads_.push({work_done_ + work_s, instance, generation});
  ++count_;
}

void StartUps::cancel(double now) {
  proceed(now);
  --count_;
}

double StartUps::next_time() const {
  if (loads_.empty()) return std::numeric_limits<double>::infinity();
  return now_ + std::max(0.0, loads_.top().time - work_done_) * factor();
}

StartUps::Load StartUps::pop(double now) {
  proceed(now);
  const Load load = loads_.top();
  loads_.pop();
  return load;
}

void StartUps::count_finished(double now) {
  proceed(now);
  --count_;
}

}  // namespace mlplan::planner
