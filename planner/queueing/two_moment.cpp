#include "planner/queueing/two_moment.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mlplan::planner {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// Cosmetatos' correction: how much more than half the wait of M/M/c that of M/D/c is.
double correction(const DelayQueue& queue) {
  const auto c = static_cast<double>(queue.servers);
  const double utilisation = queue.utilisation();
  if (utilisation <= 0) return 0.24;
  return std::min(0.24, (1 - utilisation) * (c - 1) * (std::sqrt(4 + 5 * c) - 2) / (16 * utilisation * c));
}

bool meaningless(double scv) { return !(scv >= 0) || !std::isfinite(scv); }

}  // namespace

double deterministic_mean_wait(const DelayQueue& queue) { return 0.5 * (1 + correction(queue)) * mean_wait(queue); }

double kimura_mean_wait(const DelayQueue& queue, double service_scv) {
  if (meaningless(service_scv) || service_scv > 1) return kNaN;
  const double exponential = mean_wait(queue);
  if (exponential == 0 || !std::isfinite(exponential)) return exponential;
  return (1 + service_scv) / (2 * service_scv / exponential + (1 - service_scv) / deterministic_mean_wait(queue));
}

double tijms_mean_wait(const DelayQueue& queue, double service_scv) {
  if (meaningless(service_scv)) return kNaN;
  const double exponential = mean_wait(queue);
  if (!std::isfinite(exponential)) return exponential;
  return service_scv * exponential + (1 - service_scv) * deterministic_mean_wait(queue);
}

double allen_cunneen_mean_wait(const DelayQueue& queue, double arrival_scv, double service_scv) {
  if (meaningless(arrival_scv) || meaningless(service_scv)) return kNaN;
  const double exponential = mean_wait(queue);
  return std::isinf(exponential) ? exponential : (arrival_scv + service_scv) / 2 * exponential;
}

double whitt_mean_wait(const DelayQueue& queue, double arrival_scv, double service_scv) {
  if (meaningless(arrival_scv) || meaningless(service_scv)) return kNaN;
  const double exponential = mean_wait(queue);
  if (!std::isfinite(exponential)) return exponential;
  const double utilisation = queue.utilisation();
  const double both = (arrival_scv + service_scv) / 2;
  if (both == 0 || utilisation <= 0) return 0;
  const double g = correction(queue);
  const double deterministic_service = 1 + g;
  const double deterministic_arrivals = (1 - 4 * g) * std::exp(-2 * (1 - utilisation) / (3 * utilisation));
  const double middle = std::min(1.0, (deterministic_service + deterministic_arrivals) / 2);
  const double equal = both >= 1 ? 1 : std::pow(middle, 2 * (1 - both));
  double factor = 0;
  if (arrival_scv >= service_scv) {
    const double denominator = 4 * arrival_scv - 3 * service_scv;
    factor = 4 * (arrival_scv - service_scv) / denominator * deterministic_service + service_scv / denominator * equal;
  } else {
    const double denominator = 2 * arrival_scv + 2 * service_scv;
    factor = (service_scv - arrival_scv) / denominator * deterministic_arrivals +
             (service_scv + 3 * arrival_scv) / denominator * equal;
  }
  return factor * both * exponential;
}

}  // namespace mlplan::planner
