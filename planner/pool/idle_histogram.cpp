#include "planner/pool/idle_histogram.h"

#include <algorithm>
#include <cmath>

namespace mlplan::planner {

void IdleHistogram::add(double idle_s) {
  const double bin = std::floor(std::max(0.0, idle_s) / settings_.bin_s);
  if (bin >= static_cast<double>(counts_.size())) {
    ++outside_;
    return;
  }
  std::int64_t& count = counts_[static_cast<std::size_t>(bin)];
  squares_ += static_cast<double>(2 * count + 1);
  ++count;
  ++inside_;
}

bool IdleHistogram::representative() const {
  if (inside_ <= outside_) return false;
  const auto bins = static_cast<double>(counts_.size());
  const double mean = static_cast<double>(inside_) / bins;
  const double variance = std::max(0.0, squares_ / bins - mean * mean);
  return std::sqrt(variance) >= settings_.least_variation * mean;
}

std::size_t IdleHistogram::bin_of(double q) const {
  std::int64_t sum = 0;
  for (std::size_t bin = 0; bin < counts_.size(); ++bin) {
    sum += counts_[bin];
    if (static_cast<double>(sum) >= q * static_cast<double>(inside_) - 1e-9 && sum > 0) return bin;
  }
  return counts_.size() - 1;
}

IdleHistogram::Stay IdleHistogram::stay() const {
  if (!representative()) return {.until_s = settings_.fallback_keep_s};
  return {.from_s = static_cast<double>(bin_of(settings_.head)) * settings_.bin_s * (1 - settings_.margin),
          .until_s = static_cast<double>(bin_of(settings_.tail) + 1) * settings_.bin_s * (1 + settings_.margin)};
}

}  // namespace mlplan::planner
