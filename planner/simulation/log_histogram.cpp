#include "planner/simulation/log_histogram.h"

#include <cmath>

namespace mlplan::planner {

double LogHistogram::lower_edge(std::size_t bin) {
  if (bin == 0) return 0;
  return std::bit_cast<double>((static_cast<std::int64_t>(bin) + kOffset) << (52 - kBinBits));
}

void LogHistogram::merge(const LogHistogram& other) {
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  sum_ += other.sum_;
  max_ = std::max(max_, other.max_);
}

double LogHistogram::quantile(double q) const {
  if (count_ == 0) return 0;
  const auto rank = static_cast<std::int64_t>(std::ceil(q * static_cast<double>(count_) - 1e-9));
  std::int64_t below = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    below += counts_[i];
    if (below >= rank && counts_[i] > 0) {
      if (i == 0) return std::min(max_, 0x1p-30) <= 0 ? 0 : std::min(max_, lower_edge(1));
      return std::min(max_, lower_edge(i + 1));
    }
  }
  return max_;
}

double LogHistogram::quantile_between(double q) const {
  if (count_ == 0) return 0;
  const double rank = std::max(q * static_cast<double>(count_), 0.5);
  std::int64_t below = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    const std::int64_t here = counts_[i];
    if (here > 0 && static_cast<double>(below + here) >= rank) {
      const double low = lower_edge(i);
      const double high = std::min(max_, lower_edge(i + 1));
      return low + (high - low) * (rank - static_cast<double>(below)) / static_cast<double>(here);
    }
    below += here;
  }
  return max_;
}

double LogHistogram::share_within(double seconds) const {
  if (count_ == 0) return 0;
  if (seconds >= max_) return 1;
  std::int64_t within = 0;
  for (std::size_t i = 0; i < counts_.size() && lower_edge(i + 1) <= seconds; ++i) within += counts_[i];
  return static_cast<double>(within) / static_cast<double>(count_);
}

std::vector<HistogramBin> LogHistogram::bins() const {
  std::vector<HistogramBin> bins;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i] > 0) bins.push_back({lower_edge(i), lower_edge(i + 1), counts_[i]});
  }
  return bins;
}

}  // namespace mlplan::planner
