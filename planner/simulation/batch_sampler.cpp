#include "planner/simulation/batch_sampler.h"

#include <algorithm>

namespace mlplan::planner {

namespace {

double line(const BatchService& a, const BatchService& b, double batch) {
  const double slope = (b.time_s.mean - a.time_s.mean) / static_cast<double>(b.batch - a.batch);
  return a.time_s.mean + slope * (batch - static_cast<double>(a.batch));
}

}  // namespace

BatchSampler::BatchSampler(std::span<const BatchService> service, std::int64_t max_batch)
    : sizes_(static_cast<std::size_t>(max_batch) + 1) {
  for (const BatchService& given : service) samplers_.emplace_back(given.time_s);
  for (std::int64_t batch = 1; batch <= max_batch; ++batch) {
    const auto size = static_cast<double>(batch);
    std::size_t next = 0;
    while (next + 1 < service.size() && service[next].batch < batch) ++next;
    const BatchService& law = service[next];
    double mean = law.time_s.mean;
    if (law.batch > batch && next > 0) {
      mean = line(service[next - 1], law, size);
    } else if (law.batch < batch && next > 0) {
      mean = std::max(line(service[next - 1], law, size), mean);
    } else if (law.batch < batch) {
      mean *= size / static_cast<double>(law.batch);  // nothing is known of what a batch saves
    }
    sizes_[static_cast<std::size_t>(batch)] = {law.time_s.mean > 0 ? mean / law.time_s.mean : 1,
                                               static_cast<std::uint32_t>(next), mean};
  }
}

}  // namespace mlplan::planner
