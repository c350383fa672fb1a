#include "planner/queueing/spares.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "planner/queueing/erlang.h"

namespace mlplan::planner {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

}  // namespace

double pool_miss_share(std::int64_t size, double demand, MissedDraw miss) {
  if (size < 0 || !(demand >= 0) || !std::isfinite(demand)) return kNaN;
  if (miss == MissedDraw::starts_cold) return erlang_b(static_cast<double>(size), demand);
  // P(Poisson(demand) >= size)
  if (size == 0) return 1;
  return demand == 0 ? 0 : boost::math::gamma_p(static_cast<double>(size), demand);
}

std::int64_t pool_size(double miss_share, double demand, MissedDraw miss) {
  if (!(miss_share > 0) || !(demand >= 0) || !std::isfinite(demand)) return 0;
  if (miss == MissedDraw::starts_cold) return servers_for_blocking(demand, miss_share);
  std::int64_t size = 0;
  while (pool_miss_share(size, demand, miss) > miss_share) ++size;
  return size;
}

double availability(double time_between_failures, double repair_time) {
  if (!(time_between_failures >= 0) || !(repair_time >= 0)) return kNaN;
  if (std::isinf(time_between_failures) || repair_time == 0) return 1;
  return time_between_failures / (time_between_failures + repair_time);
}

double probability_enough(std::int64_t needed, std::int64_t instances, double availability) {
  if (instances < 0 || !(availability >= 0 && availability <= 1)) return kNaN;
  if (needed <= 0) return 1;
  if (needed > instances) return 0;
  const boost::math::binomial_distribution<double> working(static_cast<double>(instances), availability);
  return cdf(complement(working, static_cast<double>(needed - 1)));
}

std::optional<std::int64_t> spares_for_failures(std::int64_t needed, double availability, double target) {
  if (needed <= 0 || availability >= 1 || target <= 0) return 0;
  if (!(availability > 0) || !(target < 1)) return std::nullopt;
  std::int64_t spares = 0;
  while (probability_enough(needed, needed + spares, availability) < target) ++spares;
  return spares;
}

std::int64_t instances_for_zone_loss(std::int64_t needed, std::int64_t zones) {
  if (needed <= 0 || zones < 2) return 0;
  return (needed * zones + zones - 2) / (zones - 1);
}

double newsvendor(std::span<const double> demand, double spare_cost, double miss_cost) {
  if (demand.empty() || !(spare_cost < miss_cost)) return 0;
  std::vector<double> sorted(demand.begin(), demand.end());
  std::sort(sorted.begin(), sorted.end());
  const auto n = static_cast<double>(sorted.size());
  const double enough = 1 - spare_cost / miss_cost;
  const auto not_positive = std::upper_bound(sorted.begin(), sorted.end(), 0.0) - sorted.begin();
  if (static_cast<double>(not_positive) >= enough * n) return 0;
  const auto rank = static_cast<std::size_t>(std::ceil(enough * n - 1e-9));
  return sorted[std::clamp<std::size_t>(rank, 1, sorted.size()) - 1];
}

double stock_cost(std::span<const double> demand, double stock, double spare_cost, double miss_cost) {
  double missing = 0;
  for (const double x : demand) missing += std::max(0.0, x - stock);
  return spare_cost * stock + (demand.empty() ? 0 : miss_cost * missing / static_cast<double>(demand.size()));
}

}  // namespace mlplan::planner
