// When have enough steady latencies been taken? The rule of nvbench made robust: quartiles in place of mean and
// deviation, blocks spread over the run, and no percentile without the samples that bound it.
//
// Pure: fed with blocks of latencies, it says whether to go on and which conditions are unmet. docs/method.md has the
// reasons.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <queue>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mlplan::bench {

struct StoppingOptions {
  std::int64_t min_samples = 10;
  std::int64_t min_time_ns = 500'000'000;              // of measured latency, summed
  std::int64_t min_blocks = 6;                         // fewer carry no 95 % interval of the median
  double max_spread = 0.02;                            // (q3 - q1) / median
  std::vector<double> percentiles = {0.5, 0.9, 0.99};  // each with its upper bound; empty: none is waited for
  double confidence = 0.95;
};

// What the report keeps as `stop`.
enum class Stop {
  go_on,            // conditions are unmet and there is time
  converged,        // every condition is met
  noise_converged,  // the spread is wide, but its estimate no longer moves: more samples would not narrow it
  time_box,         // time ran out before
  single_sample,    // time ran out with one sample
};
std::string_view name_of(Stop stop);

// A nearest-rank quantile of a growing set of samples, O(log n) a sample.
class RunningQuantile {
 public:
  explicit RunningQuantile(double q) : q_(q) {}
  void add(double sample);
  double value() const { return below_.top(); }  // at least one sample

 private:
  double q_;
  std::priority_queue<double> below_;  // the ceil(q * n) smallest
  std::priority_queue<double, std::vector<double>, std::greater<>> above_;
};

class StoppingRule {
 public:
  explicit StoppingRule(StoppingOptions options = {});

  // One stretch of latencies, ns, in time order. What is not finite is left out, and so is an empty block.
  void add_block(std::span<const double> latency_ns);

  Stop verdict(bool time_ran_out = false) const;
  // Every condition that does not hold, for the report: "n = 40 < 299 for p99", "IQR/median 3.1 % > 2 %". The last one
  // stays with Stop::noise_converged.
  std::vector<std::string> unmet() const;

 private:
  struct Conditions;
  Conditions check() const;

  StoppingOptions options_;
  std::vector<std::vector<double>> blocks_;
  std::int64_t n_ = 0;
  double time_ns_ = 0;
  RunningQuantile lower_quartile_{0.25};
  RunningQuantile median_{0.5};
  RunningQuantile upper_quartile_{0.75};
  std::deque<double> noise_;  // the spread after each of the last 512 samples, from min_samples on
  std::int64_t noise_estimates_ = 0;
  bool noise_converged_ = false;  // at the last check
};

}  // namespace mlplan::bench
