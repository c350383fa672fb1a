#include "kernels/benchmarks.h"

#include <algorithm>
#include <utility>

namespace mlplan::kernels {

std::vector<int> thread_counts(int most) {
  std::vector<int> out;
  for (int threads = 1; threads < most; threads *= 2) out.push_back(threads);
  out.push_back(std::max(most, 1));
  return out;
}

void add_benchmark(const std::string& name, Figure figure, int samples, std::function<Sample()> take,
                   std::function<Limit()> limit) {
  const auto run = [figure, take = std::move(take), limit = std::move(limit)](benchmark::State& state) {
    double value = 0;
    for (auto _ : state) {
      const Sample sample = take();
      if (!sample.error.empty() || sample.ns <= 0) {
        state.SkipWithError(sample.error.empty() ? "took no time" : sample.error.c_str());
        return;
      }
      const bool is_time = figure == Figure::ns;
      value = is_time ? sample.ns / sample.amount : sample.amount * 1e9 / sample.ns;
      // A time that stands for many: of one of them.
      state.SetIterationTime((is_time ? value : sample.ns) / 1e9);
    }
    switch (figure) {
      case Figure::bytes_per_s: state.counters["bytes_per_second"] = value; break;
      case Figure::flop_per_s: state.counters["flop_per_second"] = value; break;
      case Figure::hz: state.counters["hz"] = value; break;
      case Figure::ns: break;
    }
    const Limit found = limit();
    if (found.value && *found.value > 0) {
      state.counters["limit"] = *found.value;
      state.counters["fraction"] = figure == Figure::ns ? *found.value / value : value / *found.value;
    }
    state.SetLabel(found.text);
  };
  benchmark::RegisterBenchmark(name.c_str(), run)
      ->UseManualTime()
      ->Iterations(1)
      ->Repetitions(samples)
      ->ReportAggregatesOnly(false)
      ->DisplayAggregatesOnly(false)
      ->Unit(benchmark::kNanosecond);
}

}  // namespace mlplan::kernels
