#include "planner/policies/windowed_mean.h"

namespace mlplan::planner {

namespace {

// Observations a rounding error away from the start of a window are at it.
constexpr double kSame = 1e-9;

}  // namespace

void WindowedMean::add(double time_s, double integral) {
  samples_.push_back({time_s, integral});
  while (samples_.size() > 2 && samples_[1].time_s <= time_s - longest_ + kSame) samples_.pop_front();
}

double WindowedMean::over(double window_s) const {
  const Sample& now = samples_.back();
  const Sample* start = &samples_.front();
  for (const Sample& sample : samples_) {
    if (sample.time_s > now.time_s - window_s + kSame) break;
    start = &sample;
  }
  const double elapsed = now.time_s - start->time_s;
  return elapsed > 0 ? (now.integral - start->integral) / elapsed : 0;
}

}  // namespace mlplan::planner
