// Another policy's count and some more: a fixed number (Knative's proposed Scale Buffer) or a share (Kubernetes'
// CapacityBuffer), whichever is larger.
//
// The wrapped policy is told of its own last order, not of the sum, so that it does not take the buffer for its doing.
#pragma once

#include <memory>

#include "profiles/policy.h"

namespace mlplan::planner {

struct BufferSettings {
  std::int64_t count = 1;
  double share = 0;              // of the wrapped policy's count, rounded up
  std::int64_t highest = 1'000;  // of the sum
};

// max(count, ceil(share x current))
std::int64_t buffer_size(std::int64_t current, const BufferSettings& settings);

class BufferPolicy final : public Policy {
 public:
  BufferPolicy(std::unique_ptr<Policy> base, BufferSettings settings);
  std::string_view name() const override { return settings_.share > 0 ? "buffer-percent" : "buffer-n"; }
  double interval_s() const override { return base_->interval_s(); }
  bool decides_on_wait() const override { return base_->decides_on_wait(); }
  Orders decide(const Observation& observation) override;

 private:
  std::unique_ptr<Policy> base_;
  BufferSettings settings_;
  std::int64_t buffered_ = 0;  // of the last order
};

}  // namespace mlplan::planner
