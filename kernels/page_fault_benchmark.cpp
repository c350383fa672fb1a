// What the first touch of fresh memory costs: most of the time of a warm load goes there.
#include "kernels/benchmarks.h"
#include "kernels/host_loops.h"

namespace mlplan::kernels {

namespace {

constexpr int kSamples = 2;  // each is the best of several
constexpr std::int64_t kBytes = std::int64_t{128} << 20;

// One measurement gives all four figures: whoever comes first in a repetition takes it.
const FirstTouch& measured(int figure) {
  static FirstTouch touch;
  static unsigned used = ~0U;
  if ((used & (1U << figure)) != 0) {
    touch = first_touch(kBytes);
    used = 0;
  }
  used |= 1U << figure;
  return touch;
}

constexpr const char* kNoFaults = "no memory could be touched";
constexpr const char* kNoHugePages = "the kernel grants no huge pages";
constexpr const char* kLimit = "the most that one thread moves in memory: the kernel clears each page";

// ns, bytes and what is wrong where the rate is 0.
Sample rate_sample(double bytes_per_s, const char* error) {
  if (bytes_per_s <= 0) return {0, 0, error};
  return {static_cast<double>(kBytes) * 1e9 / bytes_per_s, static_cast<double>(kBytes)};
}
Sample time_sample(double ns, const char* error) {
  if (ns <= 0) return {0, 1, error};
  return {ns, 1};
}

}  // namespace

void add_page_fault_benchmarks(const Settings&) {
  const auto writing = [] { return Limit{memory_rate(1), kLimit}; };
  const auto time_of = [](double bytes) {
    return [bytes] {
      const double rate = memory_rate(1);
      return rate > 0 ? Limit{bytes * 1e9 / rate, kLimit} : Limit{{}, kLimit};
    };
  };
  add_benchmark(
      "faults/first_touch", Figure::bytes_per_s, kSamples,
      [] { return rate_sample(measured(0).bytes_per_s, kNoFaults); }, writing);
  add_benchmark(
      "faults/fault", Figure::ns, kSamples, [] { return time_sample(measured(1).fault_ns, kNoFaults); }, time_of(4096));
  add_benchmark(
      "faults/huge_first_touch", Figure::bytes_per_s, kSamples,
      [] { return rate_sample(measured(2).huge_bytes_per_s, kNoHugePages); }, writing);
  add_benchmark(
      "faults/huge_fault", Figure::ns, kSamples, [] { return time_sample(measured(3).huge_page_ns, kNoHugePages); },
      time_of(2 << 20));
}

}  // namespace mlplan::kernels
