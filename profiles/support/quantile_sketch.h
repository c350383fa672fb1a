// Quantiles of a stream in bounded memory: counts in buckets that grow by 2 %, so that a quantile is within 1 % of a
// value that was seen (Masson, Rim, Lee: DDSketch, VLDB 2019). Values of 0 have a bucket of their own; negative ones
// are counted as 0.
#pragma once

#include <cstdint>
#include <map>

namespace mlplan {

class QuantileSketch {
 public:
  void add(double value);
  std::int64_t count() const { return count_; }
  // The smallest value with at least a share of q (0..1) of all at or below it; 0 when there are none.
  double quantile(double q) const;

 private:
  std::map<int, std::int64_t> buckets_;  // at most some 70,000: the range of a double
  std::int64_t zeros_ = 0;
  std::int64_t count_ = 0;
};

}  // namespace mlplan
