// How cold a worker grows while it is idle, and how it warms again while it serves.
//
// What an idle process had in its CPU's caches is lost to others little by little, and comes back as it is used. So a
// worker has a coldness x between 0 (as in a steady row) and 1 (idle for long): after an idle time t it is
// 1 - (1 - x) exp(-t / cooling), after serving for a time t it is x exp(-t / warming), and an inference that begins at
// x takes 1 + a x times as long as a warm one, where a is larger or smaller while the other workers are busy.
// Least absolute deviations from the ratios that were measured find all of these: interruptions, which make a few
// ratios very large, then count for little.
#pragma once

#include <optional>
#include <span>
#include <vector>

namespace mlplan::bench {

// Inferences of one worker, each at once after the other, after an idle moment.
struct ServedRun {
  double idle_ns = 0;                     // since its run before, or its warm-up
  bool beside = false;                    // all other workers were busy likewise
  std::vector<double> inference_ns = {};  // two at least
};

// All runs of a worker, in the order of time. It is cold before the first, having waited for it.
using WorkerRuns = std::vector<ServedRun>;

// The latter half of a run is taken to be warm: median of its inferences, in ns.
double warm_inference_ns(const ServedRun& run);

struct WarmthTimes {
  double cooling_ns = 0;  // 0: cold as soon as idle
  double warming_ns = 0;  // 0: warm after one inference
};
WarmthTimes fit_warmth_times(std::span<const WorkerRuns> workers);

// 1 + a: the first inference after a long idle moment over a warm one, by runs of that kind; nullopt without any that
// says something of it.
std::optional<double> after_idle(std::span<const WorkerRuns> workers, const WarmthTimes& times, bool beside);

}  // namespace mlplan::bench
