#include "profiles/support/quantile_sketch.h"

#include <cmath>

namespace mlplan {
namespace {

constexpr double kError = 0.01;
const double kLogGrowth = std::log((1 + kError) / (1 - kError));

}  // namespace

void QuantileSketch::add(double value) {
  ++count_;
  if (value > 0)
    ++buckets_[static_cast<int>(std::ceil(std::log(value) / kLogGrowth))];
  else
    ++zeros_;
}

double QuantileSketch::quantile(double q) const {
  const double wanted = q * static_cast<double>(count_);
  std::int64_t below = zeros_;
  if (count_ == 0 || static_cast<double>(below) >= wanted) return 0;
  for (const auto& [bucket, count] : buckets_) {
    below += count;
    // The value whose distance to both ends of the bucket is 1 %.
    if (static_cast<double>(below) >= wanted) return std::exp(bucket * kLogGrowth) * (1 - kError);
  }
  return 0;
}

}  // namespace mlplan
