#include "planner/simulation/serving_of_report.h"

#include <algorithm>

namespace mlplan::planner {

namespace {

constexpr double kNanoseconds = 1e9;  // in a second

const ServingRow* row_of(const Report& report, std::int64_t threads) {
  const auto found = std::ranges::find(report.serving, threads, &ServingRow::threads);
  return found == report.serving.end() ? nullptr : &*found;
}

}  // namespace

AfterIdle after_idle_of(const ServingRow& row) {
  if (row.after_idle.n == 0) return {};
  AfterIdle out{.alone = std::max(1.0, row.after_idle.median)};
  out.beside = out.alone;
  if (const std::optional<Stat>& beside = row.after_idle_beside; beside && beside->n > 0 && row.workers > 1) {
    out.beside = std::max(1.0, beside->median);
    out.neighbours = row.workers - 1;
  }
  out.cooling_s = row.cooling_ns / kNanoseconds;
  out.warming_s = row.warming_ns / kNanoseconds;
  return out;
}

std::vector<double> service_factors_of(const ServingRow& row, std::int64_t slots, double cpus) {
  if (!row.beside || row.beside->n == 0 || row.workers < 2) return {};
  const auto threads = static_cast<double>(row.threads);
  const auto sharing = [&](std::int64_t busy) {
    return std::max(1.0, static_cast<double>(busy) * threads / std::max(cpus, threads));
  };
  const auto neighbours = [&](std::int64_t busy) { return static_cast<double>(busy) / sharing(busy) - 1; };
  const double contention = std::max(0.0, row.beside->median / sharing(row.workers) - 1);
  const double measured = neighbours(row.workers);
  std::vector<double> factors;
  for (std::int64_t busy = 1; busy <= std::max(slots, row.workers); ++busy) {
    const double part = measured > 0 ? neighbours(busy) / measured : 0;
    factors.push_back((1 + contention * part) * sharing(busy));
  }
  return factors;
}

AfterIdle after_idle_of(const Report& report, std::int64_t threads) {
  const ServingRow* row = row_of(report, threads);
  return row == nullptr ? AfterIdle{} : after_idle_of(*row);
}

std::vector<double> service_factors_of(const Report& report, std::int64_t threads, std::int64_t slots, double cpus) {
  const ServingRow* row = row_of(report, threads);
  return row == nullptr ? std::vector<double>{} : service_factors_of(*row, slots, cpus);
}

}  // namespace mlplan::planner
