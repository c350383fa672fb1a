// Memory bandwidth by threads.
#include <algorithm>
#include <map>
#include <memory>
#include <string_view>
#include <utility>

#include "kernels/benchmarks.h"
#include "kernels/memory_loops.h"
#include "kernels/together.h"

namespace mlplan::kernels {

namespace {

constexpr int kSamples = 5;
constexpr int kSamplesForALimit = 3;

// Made anew only for another number of threads: each touches its own share first.
const Arrays& arrays_for(int threads) {
  static std::unique_ptr<Arrays> arrays;
  if (!arrays || arrays->threads() != threads) {
    arrays.reset();  // before there are others: they are large
    arrays = std::make_unique<Arrays>(array_bytes_for_this_machine(), threads, allowed_cpus());
  }
  return *arrays;
}

std::map<std::pair<std::string_view, int>, double>& best_rates() {
  static std::map<std::pair<std::string_view, int>, double> rates;
  return rates;
}

Sample take(const LoopFacts& facts, int threads) {
  const Arrays& arrays = arrays_for(threads);
  if (!arrays.error().empty()) return {0, 0, arrays.error()};
  Sample sample;
  sample.ns = static_cast<double>(arrays.pass(facts.loop));
  sample.amount = static_cast<double>(facts.arrays) * static_cast<double>(arrays.bytes());
  double& best = best_rates()[{facts.name, threads}];
  if (sample.ns > 0) best = std::max(best, sample.amount * 1e9 / sample.ns);
  return sample;
}

}  // namespace

double memory_rate(int threads) {
  double best = 0;
  for (const LoopFacts& facts : memory_loops()) {
    double& rate = best_rates()[{facts.name, threads}];
    if (rate == 0) {
      for (int i = 0; i < kSamplesForALimit; ++i) take(facts, threads);
    }
    best = std::max(best, rate);
  }
  return best;
}

void add_memory_benchmarks(const Settings& settings) {
  const auto limit = [most = settings.threads] {
    double best = memory_rate(most);
    for (const auto& [loop, rate] : best_rates()) best = std::max(best, rate);
    return Limit{best, "the most that any loop over memory moved here"};
  };
  for (const int threads : thread_counts(settings.threads)) {
    for (const LoopFacts& facts : memory_loops()) {
      add_benchmark(
          std::string("memory/") + facts.name + "/threads:" + std::to_string(threads), Figure::bytes_per_s, kSamples,
          [facts, threads] { return take(facts, threads); }, limit);
    }
  }
}

}  // namespace mlplan::kernels
