// Draws the time of serving a batch of any size up to the largest, from the laws given for some sizes.
//
// A size without a law of its own is served by the law of the next larger size given (above all of them: the largest),
// scaled to the mean that lies on the line through the sizes on either side (the last two).
#pragma once

#include <cstdint>
#include <pcg_random.hpp>
#include <span>
#include <vector>

#include "planner/simulation/sampler.h"
#include "planner/simulation/scenario.h"

namespace mlplan::planner {

class BatchSampler {
 public:
  BatchSampler(std::span<const BatchService> service, std::int64_t max_batch);

  // 1 <= batch <= max_batch
  double draw(std::int64_t batch, pcg64& random) const {
    const Size& size = sizes_[static_cast<std::size_t>(batch)];
    return size.factor * samplers_[size.sampler].draw(random);
  }
  double mean(std::int64_t batch) const { return sizes_[static_cast<std::size_t>(batch)].mean; }

 private:
  struct Size {
    double factor = 1;
    std::uint32_t sampler = 0;
    double mean = 0;
  };
  std::vector<Sampler> samplers_;
  std::vector<Size> sizes_;  // by batch size; the first is not used
};

}  // namespace mlplan::planner
