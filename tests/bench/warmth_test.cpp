#include "bench/warmth.h"

#include <doctest/doctest.h>

#include <cmath>
#include <pcg_random.hpp>
#include <random>

using namespace mlplan;
using namespace mlplan::bench;

namespace {

struct Law {
  double inference_ns = 1e6;
  WarmthTimes times = {};
  double alone = 0;  // what coldness adds, relatively
  double beside = 0;
  double noise = 0;  // standard deviation of the logarithm
};

// Of workers that behave so: two of them, alone and beside each other in turn, after idle moments of 0.3 to 100 ms.
std::vector<WorkerRuns> runs_of(const Law& law, int turns, std::uint64_t seed) {
  pcg64 random(seed);
  std::uniform_real_distribution<double> idle(std::log(0.3e6), std::log(1e8));
  std::lognormal_distribution<double> noise(0, law.noise);
  std::vector<WorkerRuns> workers(2);
  for (WorkerRuns& runs : workers) {
    double cold = 1;
    for (int turn = 0; turn < turns; ++turn) {
      ServedRun& run = runs.emplace_back();
      run.idle_ns = std::exp(idle(random));
      run.beside = turn % 2 == 1;
      cold = law.times.cooling_ns > 0 ? 1 - (1 - cold) * std::exp(-run.idle_ns / law.times.cooling_ns) : 1;
      for (double done = 0; done < 30e6;) {
        const double a = run.beside ? law.beside : law.alone;
        const double now = law.inference_ns * (run.beside ? 1.3 : 1) * (1 + a * cold) * noise(random);
        run.inference_ns.push_back(now);
        cold = law.times.warming_ns > 0 ? cold * std::exp(-now / law.times.warming_ns) : 0;
        done += now;
      }
    }
  }
  return workers;
}

}  // namespace

TEST_CASE("the law that workers follow is found again, through noise") {
  const Law law{.inference_ns = 1.4e6, .times = {6e6, 5e6}, .alone = 0.6, .beside = 0.4, .noise = 0.1};
  const std::vector<WorkerRuns> runs = runs_of(law, 200, 1);
  const WarmthTimes times = fit_warmth_times(runs);
  CHECK(times.cooling_ns == doctest::Approx(6e6).epsilon(0.3));
  CHECK(times.warming_ns == doctest::Approx(5e6).epsilon(0.3));
  CHECK(after_idle(runs, times, false).value() == doctest::Approx(1.6).epsilon(0.03));
  CHECK(after_idle(runs, times, true).value() == doctest::Approx(1.4).epsilon(0.03));
}

TEST_CASE("a worker that is cold at once and warm after one inference is one as well") {
  const Law law{.inference_ns = 5e6, .times = {0, 0}, .alone = 0.12, .beside = 0.12, .noise = 0.02};
  const std::vector<WorkerRuns> runs = runs_of(law, 100, 2);
  const WarmthTimes times = fit_warmth_times(runs);
  CHECK(times.cooling_ns < 0.5e6);
  CHECK(times.warming_ns < 1.5e6);  // 5 ms are several of these
  CHECK(after_idle(runs, times, false).value() == doctest::Approx(1.12).epsilon(0.01));
}

TEST_CASE("interruptions move the law by little, and a worker that grows not cold has none") {
  const Law law{.inference_ns = 1.4e6, .times = {6e6, 5e6}, .alone = 0.6, .beside = 0.4, .noise = 0.05};
  std::vector<WorkerRuns> runs = runs_of(law, 200, 3);
  int number = 0;
  for (WorkerRuns& worker : runs) {
    for (ServedRun& run : worker) {
      for (double& inference_ns : run.inference_ns) {
        if (++number % 20 == 0) inference_ns += 10e6;
      }
    }
  }
  CHECK(after_idle(runs, fit_warmth_times(runs), false).value() == doctest::Approx(1.6).epsilon(0.06));
  const std::vector<WorkerRuns> warm = runs_of({.noise = 0.1}, 200, 4);
  CHECK(after_idle(warm, fit_warmth_times(warm), false).value() == doctest::Approx(1).epsilon(0.03));
}

TEST_CASE("runs of a kind that were not made say nothing") {
  std::vector<WorkerRuns> runs = runs_of({.times = {1e6, 1e6}, .alone = 0.5}, 1, 5);
  const WarmthTimes times = fit_warmth_times(runs);
  CHECK(after_idle(runs, times, false));
  CHECK_FALSE(after_idle(runs, times, true));
  CHECK_FALSE(after_idle({}, times, false));
}

TEST_CASE("the latter half of a run is warm") {
  CHECK(warm_inference_ns({.inference_ns = {9, 5, 3, 4}}) == 3.5);
  CHECK(warm_inference_ns({.inference_ns = {9, 5, 3}}) == 4);
}
