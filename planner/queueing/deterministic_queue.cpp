#include "planner/queueing/deterministic_queue.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace mlplan::planner {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNegligible = 1e-18;

// Poisson probabilities that are not negligible, from `first` on.
struct Poisson {
  std::int64_t first = 0;
  std::vector<double> probability;
};

Poisson poisson(double mean) {
  const auto mode = static_cast<std::int64_t>(mean);
  const double at_mode =
      std::exp(static_cast<double>(mode) * std::log(mean) - mean - std::lgamma(static_cast<double>(mode) + 1));
  std::vector<double> down;
  double p = at_mode;
  for (std::int64_t k = mode; k > 0 && p > kNegligible; --k) {
    p *= static_cast<double>(k) / mean;
    down.push_back(p);
  }
  Poisson law{mode - static_cast<std::int64_t>(down.size()), {down.rbegin(), down.rend()}};
  p = at_mode;
  for (std::int64_t k = mode; p > kNegligible; ++k) {
    law.probability.push_back(p);
    p *= mean / static_cast<double>(k + 1);
  }
  const double sum = std::accumulate(law.probability.begin(), law.probability.end(), 0.0);
  for (double& x : law.probability) x /= sum;
  return law;
}

// Stationary law of queue' = max(queue + step, 0) on 0..size-1, steps above the last state ending there. steps[i] is
// the probability of the step first_step + i. The band of the matrix is as wide as the steps reach.
std::vector<double> stationary(std::int64_t first_step, const std::vector<double>& steps, std::int64_t size) {
  const std::int64_t last_step = first_step + static_cast<std::int64_t>(steps.size()) - 1;
  const std::int64_t down = std::max<std::int64_t>(1, -first_step);
  const std::int64_t up = std::max<std::int64_t>(1, last_step);
  const std::int64_t width = down + up + 1;
  std::vector<double> band(static_cast<std::size_t>(size * width), 0.0);
  const auto at = [&](std::int64_t from, std::int64_t to) -> double& {
    return band[static_cast<std::size_t>(from * width + to - from + down)];
  };
  for (std::int64_t from = 0; from < size; ++from) {
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const std::int64_t to = std::clamp<std::int64_t>(from + first_step + static_cast<std::int64_t>(i), 0, size - 1);
      at(from, to) += steps[i];
    }
  }
  std::vector<double> leaving(static_cast<std::size_t>(size), 0.0);
  for (std::int64_t n = size - 1; n > 0; --n) {
    const std::int64_t low = std::max<std::int64_t>(0, n - down);
    double sum = 0;
    for (std::int64_t to = low; to < n; ++to) sum += at(n, to);
    leaving[static_cast<std::size_t>(n)] = sum;
    for (std::int64_t from = std::max<std::int64_t>(0, n - up); from < n; ++from) {
      const double share = at(from, n) / sum;
      if (share == 0) continue;
      for (std::int64_t to = low; to < n; ++to) {
        if (to - from >= -down && to - from <= up) at(from, to) += share * at(n, to);
      }
    }
  }
  std::vector<double> law(static_cast<std::size_t>(size), 0.0);
  law[0] = 1;
  for (std::int64_t n = 1; n < size; ++n) {
    double sum = 0;
    for (std::int64_t from = std::max<std::int64_t>(0, n - up); from < n; ++from) {
      sum += law[static_cast<std::size_t>(from)] * at(from, n);
    }
    law[static_cast<std::size_t>(n)] = sum / leaving[static_cast<std::size_t>(n)];
  }
  const double total = std::accumulate(law.begin(), law.end(), 0.0);
  for (double& x : law) x /= total;
  return law;
}

// Decay of the queue's tail per request: the root above 1 of x = exp(utilisation (x - 1)).
double tail_decay(double utilisation) {
  double x = 1 / (utilisation * utilisation);
  for (int i = 0; i < 200; ++i) {
    const double f = std::log(x) - utilisation * (x - 1);
    const double step = f / (1 / x - utilisation);
    x = std::max(x - step, 1 + 1e-9);
    if (std::abs(step) < 1e-12 * x) break;
  }
  return x;
}

}  // namespace

DeterministicQueueSolution solve(const DeterministicQueue& queue) {
  DeterministicQueueSolution solution{.queue = queue};
  const double load = queue.arrival_rate * queue.service_time;
  const auto servers = static_cast<double>(queue.servers);
  if (!(queue.arrival_rate >= 0) || !(queue.service_time > 0) || queue.servers < 1 || !std::isfinite(load)) {
    solution.probability_of_wait = solution.mean_wait = solution.balance = kNaN;
    return solution;
  }
  if (load == 0) {
    solution.waiting = {1};
    return solution;
  }
  if (load >= servers) {
    solution.probability_of_wait = 1;
    solution.mean_wait = kInfinity;
    return solution;
  }
  const Poisson arrivals = poisson(load);
  const double decay = std::log(tail_decay(load / servers));
  const auto size = static_cast<std::int64_t>(std::ceil(30 / decay)) + 2;
  solution.waiting = stationary(arrivals.first - queue.servers, arrivals.probability, size);

  // In the system D later: the queue of now and the arrivals since.
  double below = 0;  // P(in the system < servers)
  double in_service = 0;
  double mean_waiting = 0;
  for (std::size_t n = 0; n < solution.waiting.size(); ++n) {
    mean_waiting += static_cast<double>(n) * solution.waiting[n];
    for (std::size_t i = 0; i < arrivals.probability.size(); ++i) {
      const std::int64_t present = static_cast<std::int64_t>(n + i) + arrivals.first;
      const double p = solution.waiting[n] * arrivals.probability[i];
      if (present < queue.servers) below += p;
      in_service += p * static_cast<double>(std::min(present, queue.servers));
    }
  }
  solution.probability_of_wait = 1 - below;
  solution.mean_wait = mean_waiting / queue.arrival_rate;
  solution.balance = std::abs(in_service / load - 1);
  return solution;
}

double wait_tail(const DeterministicQueueSolution& solution, double time) {
  const DeterministicQueue& queue = solution.queue;
  if (!(time >= 0) || std::isnan(solution.mean_wait)) return kNaN;
  if (std::isinf(solution.mean_wait)) return 1;
  // With (k-1) D <= time < kD: P(wait <= time) = sum over j < k servers of P(at most k servers - 1 - j waiting) times
  // P(j arrivals in kD - time).
  const double k = std::floor(time / queue.service_time) + 1;
  const double mean = queue.arrival_rate * (k * queue.service_time - time);
  const auto most = static_cast<std::int64_t>(k) * queue.servers - 1;
  if (mean <= 0) return 0;
  const Poisson arrivals = poisson(mean);
  double cumulative = 0;
  double reached = 0;
  std::size_t next = 0;
  for (std::size_t i = arrivals.probability.size(); i-- > 0;) {
    const std::int64_t room = most - arrivals.first - static_cast<std::int64_t>(i);
    if (room < 0) continue;
    while (next < solution.waiting.size() && static_cast<std::int64_t>(next) <= room) {
      cumulative += solution.waiting[next++];
    }
    reached += arrivals.probability[i] * cumulative;
  }
  return std::clamp(1 - reached, 0.0, 1.0);
}

double wait_quantile(const DeterministicQueueSolution& solution, double q) {
  if (!(q >= 0 && q < 1) || std::isnan(solution.mean_wait)) return kNaN;
  if (std::isinf(solution.mean_wait)) return kInfinity;
  if (1 - solution.probability_of_wait >= q) return 0;
  const double unit = solution.queue.service_time;
  double low = 0;
  double high = unit;
  while (wait_tail(solution, high) > 1 - q) {
    low = high;
    high *= 2;
  }
  while (high - low > 1e-10 * unit) {
    const double middle = (low + high) / 2;
    (wait_tail(solution, middle) > 1 - q ? low : high) = middle;
  }
  return high;
}

}  // namespace mlplan::planner
