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

std::vector<double> service_factors_of(const ServingRow& row) {
  if (!row.beside || row.beside->n == 0 || row.workers < 2) return {};
  const double all = std::max(1.0, row.beside->median);
  std::vector<double> factors;
  for (std::int64_t k = 1; k <= row.workers; ++k)
    factors.push_back(1 + (all - 1) * static_cast<double>(k - 1) / static_cast<double>(row.workers - 1));
  return factors;
}

AfterIdle after_idle_of(const Report& report, std::int64_t threads) {
  const ServingRow* row = row_of(report, threads);
  return row == nullptr ? AfterIdle{} : after_idle_of(*row);
}

std::vector<double> service_factors_of(const Report& report, std::int64_t threads) {
  const ServingRow* row = row_of(report, threads);
  return row == nullptr ? std::vector<double>{} : service_factors_of(*row);
}

}  // namespace mlplan::planner
