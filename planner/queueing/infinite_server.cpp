#include "planner/queueing/infinite_server.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/poisson.hpp>
#include <cmath>
#include <limits>

namespace mlplan::planner {

namespace {

std::size_t interval_of(const RateSeries& series, std::int64_t interval) {
  const auto count = static_cast<std::int64_t>(series.rate_per_s.size());
  if (series.repeats) return static_cast<std::size_t>(((interval % count) + count) % count);
  return static_cast<std::size_t>(std::clamp<std::int64_t>(interval, 0, count - 1));
}

}  // namespace

double rate_at(const RateSeries& series, double time) {
  if (series.rate_per_s.empty()) return 0;
  return series.rate_per_s[interval_of(series, static_cast<std::int64_t>(std::floor(time / series.interval_s)))];
}

double mean_rate(const RateSeries& series) {
  if (series.rate_per_s.empty()) return 0;
  double sum = 0;
  for (const double rate : series.rate_per_s) sum += rate;
  return sum / static_cast<double>(series.rate_per_s.size());
}

double mean_busy_since(const RateSeries& series, const Distribution& service, double from, double time) {
  if (series.rate_per_s.empty() || !(time > from)) return 0;
  double sum = 0;
  double end = time;  // of the stretch of constant rate looked at, going back in time
  double served_by_end = 0;
  auto interval = static_cast<std::int64_t>(std::ceil(time / series.interval_s)) - 1;
  while (end > from) {
    double start = static_cast<double>(interval) * series.interval_s;
    if (!series.repeats && interval <= 0) start = -std::numeric_limits<double>::infinity();
    start = std::max(start, from);
    const double served_by_start = limited_mean(service, time - start);
    sum += series.rate_per_s[interval_of(series, interval)] * (served_by_start - served_by_end);
    // What is left is older than nearly every service: rates repeat, so it cannot matter.
    if (service.mean - served_by_start <= 1e-12 * service.mean) break;
    served_by_end = served_by_start;
    end = start;
    --interval;
  }
  return sum;
}

double mean_busy(const RateSeries& series, const Distribution& service, double time) {
  return mean_busy_since(series, service, -std::numeric_limits<double>::infinity(), time);
}

double mean_busy_sinusoid(double base, double amplitude, double frequency, double mean_service, double time) {
  const double turn = frequency * mean_service;
  const double angle = frequency * time;
  return mean_service * (base + amplitude / (1 + turn * turn) * (std::sin(angle) - turn * std::cos(angle)));
}

std::int64_t busy_quantile(const RateSeries& series, const Distribution& service, std::int64_t busy, double time,
                           double ahead, double q) {
  const double stays = service.mean > 0 ? std::clamp(1 - limited_mean(service, ahead) / service.mean, 0.0, 1.0) : 0.0;
  const double arriving = mean_busy_since(series, service, time, time + ahead);
  std::vector<double> staying(static_cast<std::size_t>(std::max<std::int64_t>(busy, 0)) + 1);
  const boost::math::binomial_distribution<double> old(static_cast<double>(std::max<std::int64_t>(busy, 0)), stays);
  for (std::size_t k = 0; k < staying.size(); ++k) staying[k] = pdf(old, static_cast<double>(k));
  // P(old + new <= n) = sum over old of P(old = k) P(new <= n - k)
  const auto reaches = [&](std::int64_t n) {
    double sum = 0;
    for (std::size_t k = 0; k < staying.size() && static_cast<std::int64_t>(k) <= n; ++k) {
      const auto room = static_cast<double>(n - static_cast<std::int64_t>(k));
      sum += staying[k] * (arriving > 0 ? cdf(boost::math::poisson_distribution<double>(arriving), room) : 1);
    }
    return sum >= q;
  };
  std::int64_t enough = 1;
  while (!reaches(enough)) enough *= 2;
  std::int64_t fails = enough == 1 ? -1 : enough / 2;
  while (enough - fails > 1) {
    const std::int64_t middle = fails + (enough - fails) / 2;
    (reaches(middle) ? enough : fails) = middle;
  }
  return enough;
}

}  // namespace mlplan::planner
