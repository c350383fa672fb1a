#include "planner/simulation/shared_host.h"

#include <algorithm>

namespace mlplan::planner {

double factor_at(const std::vector<double>& factors, std::int64_t count) {
  if (factors.empty() || count < 1) return 1;
  const auto known = static_cast<std::int64_t>(factors.size());
  if (count <= known) return factors[static_cast<std::size_t>(count - 1)];
  const double last = factors.back();
  const double step = known >= 2 ? last - factors[static_cast<std::size_t>(known - 2)] : 0;
  return std::max(last + step * static_cast<double>(count - known), last);
}

double service_slowdown(const SharedHost& host, std::int64_t busy_slots, std::int64_t loads) {
  const double services = host.cpus_per_slot * static_cast<double>(busy_slots);
  const double demand = services + host.cpus_per_load * static_cast<double>(loads) + host.cpus_besides;
  return factor_at(host.service_factor, busy_slots) * std::max(1.0, demand / std::max(host.cpus, services));
}

double least_load_slowdown(const SharedHost& host, std::int64_t busy_slots, std::int64_t loads) {
  if (busy_slots == 0) return 0;
  const double services = host.cpus_per_slot * static_cast<double>(busy_slots);
  return (services + host.cpus_per_load * static_cast<double>(loads) + host.cpus_besides) / host.cpus;
}

}  // namespace mlplan::planner
