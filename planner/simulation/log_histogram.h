// Exact counts in logarithmic bins, with sum and maximum: every time that was recorded, in constant memory.
//
// Each octave from 1 ns (2^-30 s) to 12 days (2^20 s) is divided into 64 bins of equal width, so that a bin is at
// most 1.6 % wide and is found by shifting the number's own bits. Shorter times, zeros among them, share the first bin.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

#include "profiles/stat.h"

namespace mlplan::planner {

class LogHistogram {
 public:
  void record(double seconds) {
    ++counts_[bin_of(seconds)];
    sum_ += seconds;
    max_ = std::max(max_, seconds);
    ++count_;
  }
  void merge(const LogHistogram& other);

  std::int64_t count() const { return count_; }
  double sum() const { return sum_; }
  double max() const { return max_; }
  double mean() const { return count_ > 0 ? sum_ / static_cast<double>(count_) : 0; }

  // Upper edge of the bin that holds the nearest-rank q-quantile, at most the maximum: at most 1.6 % too high, never
  // too low. 0 < q <= 1; 0 when nothing was recorded.
  double quantile(double q) const;
  // The same on the line through the bin, as if its times lay evenly in it: no bias to either side.
  double quantile_between(double q) const;
  // Share of times whose bin ends at or below `seconds`: never too high. 0 when nothing was recorded.
  double share_within(double seconds) const;
  // Bins that hold something, ascending.
  std::vector<HistogramBin> bins() const;

 private:
  static constexpr int kBinBits = 6;
  static constexpr int kFirstExponent = -30;
  static constexpr int kLastExponent = 20;
  static constexpr std::int64_t kBins = (kLastExponent - kFirstExponent) << kBinBits;
  static constexpr std::int64_t kOffset = std::int64_t{1023 + kFirstExponent} << kBinBits;

  static std::size_t bin_of(double seconds) {
    const auto bits = std::bit_cast<std::int64_t>(seconds);
    return static_cast<std::size_t>(std::clamp<std::int64_t>((bits >> (52 - kBinBits)) - kOffset, 0, kBins - 1));
  }
  static double lower_edge(std::size_t bin);

  std::vector<std::int64_t> counts_ = std::vector<std::int64_t>(kBins);
  std::int64_t count_ = 0;
  double sum_ = 0;
  double max_ = 0;
};

}  // namespace mlplan::planner
