#include "planner/simulation/sampler.h"

namespace mlplan::planner {

Sampler::Sampler(const Distribution& law)
    : kind_(law.kind),
      mean_(law.mean),
      phases_(law.phases),
      share_(law.share),
      fast_mean_(law.fast_mean),
      slow_mean_(law.slow_mean),
      sigma_(law.sigma),
      samples_(law.samples),
      aliases_(alias_table(law.weights)) {}

std::vector<Sampler::Alias> Sampler::alias_table(const std::vector<double>& weights) {
  std::vector<Alias> table(weights.size());
  double total = 0;
  for (const double weight : weights) total += weight;
  std::vector<double> left(weights.size());
  std::vector<std::uint32_t> small;
  std::vector<std::uint32_t> large;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    left[i] = weights[i] / total * static_cast<double>(weights.size());
    (left[i] < 1 ? small : large).push_back(static_cast<std::uint32_t>(i));
  }
  while (!small.empty() && !large.empty()) {
    const std::uint32_t poor = small.back();
    const std::uint32_t rich = large.back();
    small.pop_back();
    table[poor] = {left[poor], rich};
    left[rich] -= 1 - left[poor];
    if (left[rich] < 1) {
      large.pop_back();
      small.push_back(rich);
    }
  }
  return table;  // what remains on either side is whole but for rounding
}

}  // namespace mlplan::planner
