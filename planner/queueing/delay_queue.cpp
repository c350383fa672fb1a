#include "planner/queueing/delay_queue.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/tools/roots.hpp>
#include <cmath>
#include <limits>

#include "planner/queueing/erlang.h"

namespace mlplan::planner {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool sensible(const DelayQueue& queue) {
  return queue.arrival_rate >= 0 && queue.service_rate > 0 && queue.servers >= 1 && std::isfinite(queue.load());
}
bool stable(const DelayQueue& queue) { return queue.load() < static_cast<double>(queue.servers); }

// Rate at which the queue empties when all servers are busy.
double drain_rate(const DelayQueue& queue) {
  return static_cast<double>(queue.servers) * queue.service_rate - queue.arrival_rate;
}

double response_tail(const DelayQueue& queue, double wait, double time) {
  const double service = queue.service_rate;
  const double drain = drain_rate(queue);
  const double alone = std::exp(-service * time);
  // Service after an exponential wait: (drain e^(-service t) - service e^(-drain t)) / (drain - service), written with
  // expm1 because the two rates may be equal.
  const double x = (service - drain) * time;
  const double ratio = x == 0 ? 1 : std::expm1(x) / x;
  return (1 - wait) * alone + wait * alone * (1 + service * time * ratio);
}

}  // namespace

double probability_of_wait(const DelayQueue& queue) {
  return sensible(queue) ? erlang_c(static_cast<double>(queue.servers), queue.load()) : kNaN;
}

double mean_wait(const DelayQueue& queue) {
  if (!sensible(queue)) return kNaN;
  return stable(queue) ? probability_of_wait(queue) / drain_rate(queue) : kInfinity;
}

double mean_response(const DelayQueue& queue) { return mean_wait(queue) + 1 / queue.service_rate; }

double mean_queue_length(const DelayQueue& queue) {
  return queue.arrival_rate == 0 ? 0 : queue.arrival_rate * mean_wait(queue);
}

double wait_tail(const DelayQueue& queue, double time) {
  if (!sensible(queue) || !(time >= 0)) return kNaN;
  return stable(queue) ? probability_of_wait(queue) * std::exp(-drain_rate(queue) * time) : 1;
}

double response_tail(const DelayQueue& queue, double time) {
  if (!sensible(queue) || !(time >= 0)) return kNaN;
  return stable(queue) ? response_tail(queue, probability_of_wait(queue), time) : 1;
}

double wait_quantile(const DelayQueue& queue, double q) {
  if (!sensible(queue) || !(q >= 0 && q < 1)) return kNaN;
  if (!stable(queue)) return kInfinity;
  return std::max(0.0, std::log(probability_of_wait(queue) / (1 - q)) / drain_rate(queue));
}

double response_quantile(const DelayQueue& queue, double q) {
  if (!sensible(queue) || !(q >= 0 && q < 1)) return kNaN;
  if (!stable(queue)) return kInfinity;
  if (q == 0) return 0;
  const double wait = probability_of_wait(queue);
  // A response is later than a service alone and earlier than quantiles at half the share added up.
  const double half = (1 - q) / 2;
  const double low = -std::log1p(-q) / queue.service_rate * (1 - 1e-12);
  const double high =
      (-std::log(half) / queue.service_rate + std::max(0.0, std::log(wait / half) / drain_rate(queue))) * (1 + 1e-12);
  std::uintmax_t steps = 200;
  const auto [low_end, high_end] =
      boost::math::tools::toms748_solve([&](double time) { return response_tail(queue, wait, time) - (1 - q); }, low,
                                        high, boost::math::tools::eps_tolerance<double>(48), steps);
  return (low_end + high_end) / 2;
}

std::int64_t servers_for_wait(const DelayQueue& queue, double time, double share) {
  const double load = queue.load();
  const auto first = static_cast<std::int64_t>(std::floor(load)) + 1;
  return smallest_servers(load, first, [&](std::int64_t servers, double blocking) {
    const DelayQueue tried{queue.arrival_rate, queue.service_rate, servers};
    return erlang_c_from_b(static_cast<double>(servers), load, blocking) * std::exp(-drain_rate(tried) * time) <= share;
  });
}

std::optional<std::int64_t> servers_for_response(const DelayQueue& queue, double time, double share) {
  if (std::exp(-queue.service_rate * time) >= share) return std::nullopt;
  const double load = queue.load();
  const auto first = static_cast<std::int64_t>(std::floor(load)) + 1;
  return smallest_servers(load, first, [&](std::int64_t servers, double blocking) {
    const DelayQueue tried{queue.arrival_rate, queue.service_rate, servers};
    return response_tail(tried, erlang_c_from_b(static_cast<double>(servers), load, blocking), time) <= share;
  });
}

std::int64_t square_root_staffing(double load, double beta, double peakedness) {
  return static_cast<std::int64_t>(std::ceil(load + beta * std::sqrt(peakedness * load) - 1e-9));
}

double halfin_whitt_delay(double beta) {
  const boost::math::normal_distribution<double> normal;
  return 1 / (1 + beta * cdf(normal, beta) / pdf(normal, beta));
}

double halfin_whitt_beta(double delay) {
  if (!(delay > 0 && delay < 1)) return kNaN;
  std::uintmax_t steps = 200;
  const auto [low, high] =
      boost::math::tools::toms748_solve([&](double beta) { return std::log(halfin_whitt_delay(beta) / delay); }, 1e-300,
                                        35.0, boost::math::tools::eps_tolerance<double>(45), steps);
  return (low + high) / 2;
}

}  // namespace mlplan::planner
