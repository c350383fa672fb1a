#include "planner/simulation/serving_of_report.h"

#include <algorithm>

namespace mlplan::planner {

namespace {

const ServingRow* row_of(const Report& report, std::int64_t threads) {
  const auto found = std::ranges::find(report.serving, threads, &ServingRow::threads);
  return found == report.serving.end() ? nullptr : &*found;
}

}  // namespace

double after_idle_of(const Report& report, std::int64_t threads) {
  const ServingRow* row = row_of(report, threads);
  return row == nullptr || row->after_idle.n == 0 ? 1 : std::max(1.0, row->after_idle.median);
}

std::vector<double> service_factors_of(const Report& report, std::int64_t threads) {
  const ServingRow* row = row_of(report, threads);
  if (row == nullptr || !row->beside || row->beside->n == 0 || row->workers < 2) return {};
  const double all = std::max(1.0, row->beside->median);
  std::vector<double> factors;
  for (std::int64_t k = 1; k <= row->workers; ++k)
    factors.push_back(1 + (all - 1) * static_cast<double>(k - 1) / static_cast<double>(row->workers - 1));
  return factors;
}

}  // namespace mlplan::planner
