// How a worker serves that is given its requests one by one, over a channel, as a pool does (Report::serving).
//
// A steady row runs the model again and again. Requests come at any time: the caches of a CPU that waited have gone
// cold, its neighbours are busy, and a request has a way to go. What that costs is measured within processes, as ratios
// of inferences that follow each other within milliseconds, so that what drifts on the machine is not in them. In
// turn, each worker
//   is left idle for a while, then serves one inference, and one that follows it at once: after idle over at once;
//   is left idle, then serves three while all others do: the second of these over the second above.
#pragma once

#include <cstdint>
#include <vector>

#include "bench/world.h"
#include "profiles/report.h"
#include "profiles/support/result.h"

namespace mlplan::bench {

// A sample is the median of a visit, which has processes of its own.
struct ServingSamples {
  std::int64_t threads = 1;
  std::int64_t workers = 1;
  std::vector<double> after_idle = {};
  std::vector<double> beside = {};
  std::vector<double> hand_over_ns = {};
  std::int64_t inferences = 0;
};

struct ServingVisit {
  double inference_ns = 0;    // about; idle moments are one to three of it
  std::int64_t visit_ns = 0;  // of measuring; three turns of each worker at least
  std::uint64_t seed = 1;     // of the idle moments
};

// Starts the workers, warmed up, measures, and ends them. Errors as of any worker that does not serve.
Status visit_serving(const World& world, const ServingVisit& visit, ServingSamples& samples);

ServingRow serving_row(const ServingSamples& samples);

}  // namespace mlplan::bench
