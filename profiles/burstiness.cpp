#include "profiles/burstiness.h"

#include <algorithm>

namespace mlplan {

void DispersionMeter::add(double count, std::int64_t times) {
  windows_ += times;
  sum_ += count * static_cast<double>(times);
  squares_ += count * count * static_cast<double>(times);
}

double DispersionMeter::index() const {
  if (windows_ == 0 || !(sum_ > 0)) return 0;
  const double mean = sum_ / static_cast<double>(windows_);
  return std::max(0.0, squares_ / static_cast<double>(windows_) - mean * mean) / mean;
}

void BurstinessMeter::add(double at_s) {
  if (arrivals_ == 0) {
    first_s_ = at_s;
  } else {
    const double gap = at_s - last_s_;
    const double away = gap - mean_gap_;
    mean_gap_ += away / static_cast<double>(arrivals_);
    squared_gaps_ += away * (gap - mean_gap_);
  }
  last_s_ = at_s;
  ++arrivals_;
  for (Window& window : windows_) {
    const auto number = static_cast<std::int64_t>((at_s - first_s_) / window.seconds);
    if (number != window.current) {
      window.meter.add(static_cast<double>(window.count));
      window.meter.add(0, number - window.current - 1);
      window.current = number;
      window.count = 0;
    }
    ++window.count;
  }
}

Burstiness BurstinessMeter::result() const {
  constexpr std::int64_t kLeastWindows = 10;
  Burstiness result;
  if (arrivals_ > 2 && mean_gap_ > 0)
    result.interarrival_scv = squared_gaps_ / static_cast<double>(arrivals_ - 1) / (mean_gap_ * mean_gap_);
  for (const Window& window : windows_) {
    if (window.meter.windows() >= kLeastWindows)
      result.dispersion.push_back({window.seconds, window.meter.index(), window.meter.windows()});
  }
  return result;
}

}  // namespace mlplan
