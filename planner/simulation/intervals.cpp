#include "planner/simulation/intervals.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <vector>

namespace mlplan::planner {

namespace {

Interval around(double mean, double standard_error, std::int64_t n, double confidence) {
  Interval interval{.mean = mean, .confidence = confidence, .n = n};
  double half = std::numeric_limits<double>::infinity();
  if (n >= 2) {
    const boost::math::students_t_distribution<double> t(static_cast<double>(n - 1));
    half = quantile(t, 1 - (1 - confidence) / 2) * standard_error;
  }
  interval.low = mean - half;
  interval.high = mean + half;
  return interval;
}

}  // namespace

Interval mean_interval(std::span<const double> values, double confidence) {
  const auto n = static_cast<double>(values.size());
  if (values.empty()) return around(0, 0, 0, confidence);
  double mean = 0;
  for (const double x : values) mean += x / n;
  double squares = 0;
  for (const double x : values) squares += (x - mean) * (x - mean);
  const double error = values.size() < 2 ? 0 : std::sqrt(squares / (n - 1) / n);
  return around(mean, error, static_cast<std::int64_t>(values.size()), confidence);
}

Interval difference_interval(std::span<const double> a, std::span<const double> b, double confidence) {
  std::vector<double> differences;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) differences.push_back(a[i] - b[i]);
  return mean_interval(differences, confidence);
}

Interval ratio_interval(std::span<const double> numerators, std::span<const double> denominators, double confidence) {
  const std::size_t count = std::min(numerators.size(), denominators.size());
  double above = 0;
  double below = 0;
  for (std::size_t i = 0; i < count; ++i) {
    above += numerators[i];
    below += denominators[i];
  }
  if (below == 0) return around(0, 0, 0, confidence);
  const double ratio = above / below;
  double squares = 0;
  for (std::size_t i = 0; i < count; ++i) squares += std::pow(numerators[i] - ratio * denominators[i], 2);
  const auto n = static_cast<double>(count);
  const double error = count < 2 ? 0 : std::sqrt(squares * n / (n - 1)) / below;
  return around(ratio, error, static_cast<std::int64_t>(count), confidence);
}

Interval batch_means(std::span<const TimelinePoint> timeline, std::int64_t batches, RequestMean which,
                     double confidence) {
  const std::size_t each = batches > 0 ? timeline.size() / static_cast<std::size_t>(batches) : 0;
  std::vector<double> sums;
  std::vector<double> counts;
  for (std::size_t first = 0; each > 0 && first + each <= timeline.size(); first += each) {
    sums.push_back(0);
    counts.push_back(0);
    for (const TimelinePoint& point : timeline.subspan(first, each)) {
      sums.back() += which == RequestMean::wait ? point.wait_s : point.response_s;
      counts.back() += static_cast<double>(point.completed);
    }
  }
  return ratio_interval(sums, counts, confidence);
}

}  // namespace mlplan::planner
