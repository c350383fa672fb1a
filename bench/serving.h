// How a worker serves that is given its requests one by one, over a channel, as a pool does (Report::serving).
//
// A steady row runs the model again and again. Requests come at any time: what a CPU had in its caches is lost while it
// waits, its neighbours are busy, and a request has a way to go. What that costs is measured within processes, as
// ratios of inferences that follow each other within milliseconds, so that what drifts on the machine is not in them.
// In turn, each worker
//   is left idle for a while, then serves a run of inferences, each at once after the other;
//   is left idle, then serves such a run while all others do.
// The first inferences of a run over its last say how cold an idle worker grows (bench/warmth.h); the last of the
// second run over the last of the first what busy neighbours cost.
#pragma once

#include <cstdint>
#include <vector>

#include "bench/pool/crew.h"
#include "bench/warmth.h"
#include "profiles/report.h"
#include "profiles/support/result.h"

namespace mlplan::bench {

struct ServingSamples {
  std::int64_t threads = 1;
  std::int64_t workers = 1;
  std::vector<std::vector<WorkerRuns>> visits = {};  // each with processes of its own; by worker
  std::vector<double> beside = {};                   // medians of the visits
  std::vector<double> hand_over_ns = {};             // likewise
};

struct ServingVisit {
  double inference_ns = 0;    // about
  std::int64_t visit_ns = 0;  // of measuring; three turns of each worker at least
  std::uint64_t seed = 1;     // of the idle moments
};

// By all workers of a crew, which are the crew's again afterwards. Errors as of any worker that does not serve, and an
// inference that fails: the workers then are ended, since one may still be at it.
Status visit_serving(Crew& crew, const ServingVisit& visit, ServingSamples& samples);

// How long a visit takes at the least: as long as a worker's part of the fewest turns, idle moments included.
double least_serving_ns(std::int64_t workers, double inference_ns);

ServingRow serving_row(const ServingSamples& samples);

}  // namespace mlplan::bench
