#include "bench/warmth.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "bench/statistics.h"

namespace mlplan::bench {

namespace {

constexpr double kShortestNs = 0.25e6;
constexpr double kLongestNs = 50e6;
constexpr double kStep = 1.4;  // of times that are tried

// What an inference says of a: by how much it is longer than the warm ones of its run, relatively, and by how much it
// began colder.
struct Excess {
  double ratio = 0;
  double coldness = 0;
};

std::size_t warm_from(const ServedRun& run) { return run.inference_ns.size() / 2; }

// Of runs beside others and of those alone.
std::array<std::vector<Excess>, 2> excesses(std::span<const WorkerRuns> workers, const WarmthTimes& times) {
  std::array<std::vector<Excess>, 2> out;
  std::vector<double> coldness;
  for (const WorkerRuns& runs : workers) {
    double cold = 1;
    for (const ServedRun& run : runs) {
      cold = times.cooling_ns > 0 ? 1 - (1 - cold) * std::exp(-run.idle_ns / times.cooling_ns) : 1;
      coldness.clear();
      for (const double inference_ns : run.inference_ns) {
        coldness.push_back(cold);
        cold = times.warming_ns > 0 ? cold * std::exp(-inference_ns / times.warming_ns) : 0;
      }
      const std::size_t from = warm_from(run);
      const double warm_ns = warm_inference_ns(run);
      double still_cold = 0;
      for (std::size_t i = from; i < coldness.size(); ++i)
        still_cold += coldness[i] / static_cast<double>(coldness.size() - from);
      for (std::size_t i = 0; i < from; ++i)
        out[run.beside ? 1 : 0].push_back({run.inference_ns[i] / warm_ns - 1, coldness[i] - still_cold});
    }
  }
  return out;
}

// The a with the least sum of |ratio - a coldness|: the median of their quotients, weighted by the coldnesses.
std::optional<double> amplitude(const std::vector<Excess>& excesses) {
  std::vector<std::pair<double, double>> quotients;
  double weights = 0;
  for (const Excess& excess : excesses) {
    if (!(excess.coldness > 0)) continue;
    quotients.emplace_back(excess.ratio / excess.coldness, excess.coldness);
    weights += excess.coldness;
  }
  if (quotients.empty()) return std::nullopt;
  std::ranges::sort(quotients);
  double before = 0;
  for (const auto& [quotient, weight] : quotients) {
    before += weight;
    if (before >= weights / 2) return quotient;
  }
  return quotients.back().first;
}

double deviations(const std::vector<Excess>& excesses) {
  const double a = amplitude(excesses).value_or(0);
  double sum = 0;
  for (const Excess& excess : excesses) sum += std::abs(excess.ratio - a * excess.coldness);
  return sum;
}

// A run has to be long enough for a worker to become warm in its first half.
double longest_warming_ns(std::span<const WorkerRuns> workers) {
  std::vector<double> lengths;
  for (const WorkerRuns& runs : workers) {
    for (const ServedRun& run : runs) {
      double length = 0;
      for (const double inference_ns : run.inference_ns) length += inference_ns;
      lengths.push_back(length);
    }
  }
  return median_of(std::move(lengths)) / 2;
}

std::vector<double> times_up_to(double longest_ns) {
  std::vector<double> out = {0};
  for (double time = kShortestNs; time <= longest_ns; time *= kStep) out.push_back(time);
  return out;
}

}  // namespace

double warm_inference_ns(const ServedRun& run) {
  return median_of({run.inference_ns.begin() + static_cast<std::ptrdiff_t>(warm_from(run)), run.inference_ns.end()});
}

WarmthTimes fit_warmth_times(std::span<const WorkerRuns> workers) {
  WarmthTimes best;
  double least = std::numeric_limits<double>::infinity();
  for (const double warming_ns : times_up_to(std::min(kLongestNs, longest_warming_ns(workers)))) {
    for (const double cooling_ns : times_up_to(kLongestNs)) {
      const WarmthTimes times{cooling_ns, warming_ns};
      const auto [alone, beside] = excesses(workers, times);
      const double sum = deviations(alone) + deviations(beside);
      if (sum < least) {
        least = sum;
        best = times;
      }
    }
  }
  return best;
}

std::optional<double> after_idle(std::span<const WorkerRuns> workers, const WarmthTimes& times, bool beside) {
  const std::optional<double> a = amplitude(excesses(workers, times)[beside ? 1 : 0]);
  return a ? std::optional<double>(1 + *a) : std::nullopt;
}

}  // namespace mlplan::bench
