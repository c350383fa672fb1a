// When has a model warmed up? By rule, not by a fixed count, and "never" is a legal answer.
//
// Windows of max(5 inferences, 50 ms) of consecutive inferences. Steady when the means of the last three windows lie
// within 10 % of each other (max/min <= 1.10) and MSER-5 (White 1997: batches of 5; the truncation point that minimises
// the standard error of the rest, valid only in the first half) puts its cut not after the start of those windows.
// Steady state begins at the first of the three windows. No torch here: the worker decides with it while it runs, the
// parent explains with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace mlplan::bench {

// Index of the first observation kept by MSER-5; nullopt when the minimum does not lie in the first half (or n < 20).
// The last 5 batches are no candidates where more than 10 exist: so few agree by chance. O(n), nothing is allocated.
std::optional<std::size_t> mser5(std::span<const std::int64_t> latency_ns);

// A warm-up that was cut off with fewer inferences than this says nothing: twice what the rule needs at its soonest.
inline constexpr std::int64_t kInferencesToDecide = 40;

class WarmUpDetector {
 public:
  // Adds the latency of the next inference; true as soon as steady state is reached (and ever after). Constant time but
  // when a window closes within 10 % of the two before it: then MSER-5 goes over all latencies.
  bool add(std::int64_t latency_ns);
  bool steady() const { return steady_; }
  // Index (from 0) of the first steady inference; meaningful when steady().
  std::size_t steady_from() const { return steady_from_; }

 private:
  struct Window {
    std::size_t first = 0;
    std::size_t count = 0;
    std::int64_t sum_ns = 0;
  };
  bool windows_agree() const;
  std::vector<std::int64_t> latency_ns_;
  std::vector<Window> windows_;  // the last one is open
  bool steady_ = false;
  std::size_t steady_from_ = 0;
};

}  // namespace mlplan::bench
