#include "bench/warmth.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "bench/statistics.h"

namespace mlplan::bench {

namespace {

constexpr double kShortestNs = 0.25e6;
constexpr double kLongestNs = 50e6;
constexpr double kStep = 1.4;  // of times that are tried

// Of runs alone and of those beside others.
using Two = std::array<std::vector<double>, 2>;

std::size_t warm_from(const ServedRun& run) { return run.inference_ns.size() / 2; }

// By how much inferences are longer than the warm ones of their run, relatively: of the colder half of each run.
Two excesses_of(std::span<const WorkerRuns> workers) {
  Two out;
  for (const WorkerRuns& runs : workers) {
    for (const ServedRun& run : runs) {
      const double warm_ns = warm_inference_ns(run);
      for (std::size_t i = 0; i < warm_from(run); ++i)
        out[run.beside ? 1 : 0].push_back(run.inference_ns[i] / warm_ns - 1);
    }
  }
  return out;
}

// By how much the same began colder than the warm ones.
Two coldnesses_of(std::span<const WorkerRuns> workers, const WarmthTimes& times) {
  Two out;
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
      double still_cold = 0;
      for (std::size_t i = from; i < coldness.size(); ++i)
        still_cold += coldness[i] / static_cast<double>(coldness.size() - from);
      for (std::size_t i = 0; i < from; ++i) out[run.beside ? 1 : 0].push_back(coldness[i] - still_cold);
    }
  }
  return out;
}

struct Weighted {
  double value = 0;
  double weight = 0;
};

// The first value, in ascending order, at which half of the weight is reached; `all` is put into another order.
double weighted_median(std::vector<Weighted>& all) {
  double wanted = 0;
  for (const Weighted& each : all) wanted += each.weight / 2;
  auto begin = all.begin();
  auto end = all.end();
  while (end - begin > 1) {
    const auto middle = begin + (end - begin) / 2;
    std::ranges::nth_element(begin, middle, end, {}, &Weighted::value);
    double below = 0;
    for (auto each = begin; each != middle; ++each) below += each->weight;
    if (below >= wanted) {
      end = middle;
    } else {
      wanted -= below;
      begin = middle;
    }
  }
  return begin->value;
}

// The a with the least sum of |excess - a coldness|: the median of their quotients, weighted by the coldnesses.
std::optional<double> amplitude(const std::vector<double>& excesses, const std::vector<double>& coldnesses) {
  std::vector<Weighted> quotients;
  for (std::size_t i = 0; i < excesses.size(); ++i) {
    if (coldnesses[i] > 0) quotients.push_back({excesses[i] / coldnesses[i], coldnesses[i]});
  }
  if (quotients.empty()) return std::nullopt;
  return weighted_median(quotients);
}

double deviations(const std::vector<double>& excesses, const std::vector<double>& coldnesses) {
  const double a = amplitude(excesses, coldnesses).value_or(0);
  double sum = 0;
  for (std::size_t i = 0; i < excesses.size(); ++i) sum += std::abs(excesses[i] - a * coldnesses[i]);
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
  const Two excesses = excesses_of(workers);
  WarmthTimes best;
  double least = std::numeric_limits<double>::infinity();
  for (const double warming_ns : times_up_to(std::min(kLongestNs, longest_warming_ns(workers)))) {
    for (const double cooling_ns : times_up_to(kLongestNs)) {
      const WarmthTimes times{cooling_ns, warming_ns};
      const Two coldnesses = coldnesses_of(workers, times);
      const double sum = deviations(excesses[0], coldnesses[0]) + deviations(excesses[1], coldnesses[1]);
      if (sum < least) {
        least = sum;
        best = times;
      }
    }
  }
  return best;
}

std::optional<double> after_idle(std::span<const WorkerRuns> workers, const WarmthTimes& times, bool beside) {
  const std::size_t kind = beside ? 1 : 0;
  const std::optional<double> a = amplitude(excesses_of(workers)[kind], coldnesses_of(workers, times)[kind]);
  return a ? std::optional<double>(1 + *a) : std::nullopt;
}

}  // namespace mlplan::bench
