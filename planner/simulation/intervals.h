// Confidence intervals of simulated figures: from independent replications, from the stretches of one long run, and of
// the difference of two scenarios that met the same random numbers.
//
// All are Student's t on means that are taken for independent and normal. That is honest for replications, and for
// stretches that are much longer than the queue remembers (some ten relaxation times); docs/method.md has the coverage
// measured. Source: Law, Simulation Modeling and Analysis, 5th edition, chapters 9 and 11.
#pragma once

#include <cstdint>
#include <span>

#include "planner/simulation/result.h"

namespace mlplan::planner {

struct Interval {
  double mean = 0;
  double low = 0;  // minus and plus infinity where fewer than two values were given
  double high = 0;
  double confidence = 0.95;
  std::int64_t n = 0;

  bool holds(double value) const { return low <= value && value <= high; }
  double half_width() const { return (high - low) / 2; }
};

// Of the mean of independent values.
Interval mean_interval(std::span<const double> values, double confidence = 0.95);
// Of the mean of a[i] - b[i], both from replication i of the same seed.
Interval difference_interval(std::span<const double> a, std::span<const double> b, double confidence = 0.95);
// Of the ratio of two sums, total(numerators) / total(denominators), from independent pairs.
Interval ratio_interval(std::span<const double> numerators, std::span<const double> denominators,
                        double confidence = 0.95);

enum class RequestMean { wait, response };
// Of a mean over all requests of one run (batch means): its timeline is cut into `batches` equal stretches. The
// timeline must have a multiple of as many points.
Interval batch_means(std::span<const TimelinePoint> timeline, std::int64_t batches, RequestMean which,
                     double confidence = 0.95);

}  // namespace mlplan::planner
