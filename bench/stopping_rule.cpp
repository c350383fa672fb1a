#include "bench/stopping_rule.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "bench/statistics.h"

namespace mlplan::bench {

namespace {

// nvbench's constants for "the noise itself has converged".
constexpr std::int64_t kNoiseEstimates = 64;
constexpr std::size_t kNoiseWindow = 512;
constexpr std::int64_t kNoiseEvery = 16;
constexpr double kNoiseLimit = 0.05;

bool settled(const std::deque<double>& noise) {
  double mean = 0;
  for (const double x : noise) mean += x;
  mean /= static_cast<double>(noise.size());
  double squares = 0;
  for (const double x : noise) squares += (x - mean) * (x - mean);
  const double deviation = std::sqrt(squares / static_cast<double>(noise.size() - 1));
  return deviation < kNoiseLimit * mean;
}

}  // namespace

std::string_view name_of(Stop stop) {
  switch (stop) {
    case Stop::go_on: return "go_on";
    case Stop::converged: return "converged";
    case Stop::noise_converged: return "noise_converged";
    case Stop::time_box: return "time_box";
    case Stop::single_sample: return "single_sample";
  }
  return "";
}

void RunningQuantile::add(double sample) {
  if (below_.empty() || sample <= below_.top()) {
    below_.push(sample);
  } else {
    above_.push(sample);
  }
  const auto n = static_cast<double>(below_.size() + above_.size());
  const auto wanted = static_cast<std::size_t>(std::ceil(q_ * n - 1e-9));
  while (below_.size() > wanted) {
    above_.push(below_.top());
    below_.pop();
  }
  while (below_.size() < wanted) {
    below_.push(above_.top());
    above_.pop();
  }
}

StoppingRule::StoppingRule(StoppingOptions options) : options_(std::move(options)) {}

void StoppingRule::add_block(std::span<const double> latency_ns) {
  std::vector<double> block;
  std::copy_if(latency_ns.begin(), latency_ns.end(), std::back_inserter(block),
               [](double x) { return std::isfinite(x); });
  if (block.empty()) return;
  for (const double latency : block) {
    ++n_;
    time_ns_ += latency;
    lower_quartile_.add(latency);
    median_.add(latency);
    upper_quartile_.add(latency);
    if (n_ < options_.min_samples) continue;  // too few for quartiles: the first spread of all would be 0
    noise_.push_back((upper_quartile_.value() - lower_quartile_.value()) / median_.value());
    if (noise_.size() > kNoiseWindow) noise_.pop_front();
    ++noise_estimates_;
    if (noise_estimates_ > kNoiseEstimates && noise_estimates_ % kNoiseEvery == 0) noise_converged_ = settled(noise_);
  }
  blocks_.push_back(std::move(block));
}

struct StoppingRule::Conditions {
  std::vector<std::string> evidence;  // unmet, of what only more samples cure
  std::string spread;                 // unmet, or empty
};

StoppingRule::Conditions StoppingRule::check() const {
  Conditions unmet;
  const auto blocks = static_cast<std::int64_t>(blocks_.size());
  if (n_ < options_.min_samples) unmet.evidence.push_back(fmt::format("n = {} < {}", n_, options_.min_samples));
  if (time_ns_ < static_cast<double>(options_.min_time_ns)) {
    unmet.evidence.push_back(
        fmt::format("{:.3g} s measured < {:.3g} s", time_ns_ / 1e9, static_cast<double>(options_.min_time_ns) / 1e9));
  }
  if (blocks < options_.min_blocks) {
    unmet.evidence.push_back(fmt::format("{} of {} blocks for an interval of the median", blocks, options_.min_blocks));
  }
  for (const double q : options_.percentiles) {
    const std::int64_t independent = samples_needed(q, options_.confidence);
    const std::int64_t needed = samples_needed(blocks_, q, options_.confidence);
    if (n_ >= needed) continue;
    unmet.evidence.push_back(fmt::format("n = {} < {} for p{:g}{}", n_, needed, q * 100,
                                         n_ < independent ? "" : ", since samples of one block resemble each other"));
  }
  if (n_ > 0) {
    const double spread = (upper_quartile_.value() - lower_quartile_.value()) / median_.value();
    if (!(spread <= options_.max_spread)) {
      unmet.spread = fmt::format("IQR/median {:.3g} % > {:g} %", spread * 100, options_.max_spread * 100);
    }
  }
  return unmet;
}

Stop StoppingRule::verdict(bool time_ran_out) const {
  const Conditions unmet = check();
  if (unmet.evidence.empty() && n_ > 0) {
    if (unmet.spread.empty()) return Stop::converged;
    if (noise_converged_) return Stop::noise_converged;
  }
  if (!time_ran_out) return Stop::go_on;
  return n_ == 1 ? Stop::single_sample : Stop::time_box;
}

std::vector<std::string> StoppingRule::unmet() const {
  Conditions unmet = check();
  if (!unmet.spread.empty()) unmet.evidence.push_back(std::move(unmet.spread));
  return std::move(unmet.evidence);
}

}  // namespace mlplan::bench
