#include "bench/warm_up.h"

#include <algorithm>

namespace mlplan::bench {

namespace {

constexpr std::size_t kBatch = 5;
constexpr std::size_t kFewestObservations = 20;
constexpr std::size_t kShortestTail = 5;  // batches
constexpr std::size_t kWindowInferences = 5;
constexpr std::int64_t kWindowNs = 50'000'000;
constexpr std::size_t kWindows = 3;

}  // namespace

std::optional<std::size_t> mser5(std::span<const std::int64_t> latency_ns) {
  if (latency_ns.size() < kFewestObservations) return std::nullopt;
  const std::size_t batches = latency_ns.size() / kBatch;
  const std::size_t half = batches / 2;
  const std::size_t last_candidate = std::max(half, batches - std::min(batches, kShortestTail));
  // From the end, so that mean and squares of every tail come from one pass (Welford's update).
  double mean = 0;
  double squares = 0;
  double smallest = 0;
  std::size_t cut = 0;
  for (std::size_t d = batches; d-- > 0;) {
    double batch = 0;
    for (std::size_t i = 0; i < kBatch; ++i) batch += static_cast<double>(latency_ns[d * kBatch + i]);
    batch /= static_cast<double>(kBatch);
    const auto kept = static_cast<double>(batches - d);
    const double distance = batch - mean;
    mean += distance / kept;
    squares += distance * (batch - mean);
    if (d > last_candidate) continue;
    const double statistic = squares / (kept * kept);
    if (d == last_candidate || statistic <= smallest) {
      smallest = statistic;
      cut = d;
    }
  }
  if (cut >= half) return std::nullopt;
  return cut * kBatch;
}

bool WarmUpDetector::add(std::int64_t latency_ns) {
  latency_ns_.push_back(latency_ns);
  if (steady_) return true;
  if (windows_.empty()) windows_.push_back({});
  Window& open = windows_.back();
  ++open.count;
  open.sum_ns += latency_ns;
  if (open.count < kWindowInferences || open.sum_ns < kWindowNs) return false;

  if (windows_agree()) {
    const std::size_t first = windows_[windows_.size() - kWindows].first;
    const std::optional<std::size_t> cut = mser5(latency_ns_);
    if (cut && *cut <= first) {
      steady_ = true;
      steady_from_ = first;
      return true;
    }
  }
  windows_.push_back({latency_ns_.size(), 0, 0});
  return false;
}

// All of the last windows are full here. Compared by products, so that exactly 1.10 is not a matter of rounding; the 64
// bits of a long double's mantissa hold them.
bool WarmUpDetector::windows_agree() const {
  if (windows_.size() < kWindows) return false;
  const std::span<const Window> last = std::span(windows_).last(kWindows);
  const auto within = [](const Window& slow, const Window& fast) {
    return 10.0L * static_cast<long double>(slow.sum_ns) * static_cast<long double>(fast.count) <=
           11.0L * static_cast<long double>(fast.sum_ns) * static_cast<long double>(slow.count);
  };
  return std::all_of(last.begin(), last.end(), [&](const Window& slow) {
    return std::all_of(last.begin(), last.end(), [&](const Window& fast) { return within(slow, fast); });
  });
}

}  // namespace mlplan::bench
