// When requests come: at random at rates that change, in bursts, with any law between them, or at times that are given.
//
// Times are in seconds from 0, rates per second. Each kind is a plain value; make_source() turns it into a stream of
// ascending times, generated in chunks, so that arrivals cost no event and no more memory than a chunk.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <pcg_random.hpp>
#include <span>
#include <variant>
#include <vector>

#include "planner/distribution.h"
#include "planner/queueing/infinite_server.h"

namespace mlplan::planner {

// Poisson arrivals at a rate that is constant within intervals, or throughout (a series of one).
//
// Two ways to be more variable than Poisson, alone or together. Bursts: in each stretch of burst_interval_s the rate is
// multiplied by a gamma factor of mean 1 and variance burst_scv, so that counts of a stretch are negative binomial,
// with variance/mean = 1 + rate x burst_interval_s x burst_scv. Groups: arrivals come in groups of geometric size.
struct RateArrivals {
  RateSeries series = {};
  double burst_scv = 0;
  double burst_interval_s = 60;
  double mean_group = 1;  // >= 1
};

struct RenewalArrivals {
  Distribution between = {};  // independent times from one arrival to the next
};

struct ListedArrivals {
  std::vector<double> times_s = {};  // ascending
};

// A stream of times, for traces that need not be in memory.
class ArrivalSource {
 public:
  ArrivalSource() = default;
  ArrivalSource(const ArrivalSource&) = delete;
  ArrivalSource& operator=(const ArrivalSource&) = delete;
  virtual ~ArrivalSource() = default;
  // Writes the next times, ascending, and returns how many. Fewer than asked for: there are no more.
  virtual std::size_t fill(std::span<double> times) = 0;
};

struct StreamedArrivals {
  std::function<std::unique_ptr<ArrivalSource>()> open = {};  // the same times at every call
};

using Arrivals = std::variant<RateArrivals, RenewalArrivals, ListedArrivals, StreamedArrivals>;

Arrivals poisson_arrivals(double rate_per_s);

// `arrivals` must outlive the source.
std::unique_ptr<ArrivalSource> make_source(const Arrivals& arrivals, pcg64 random);

}  // namespace mlplan::planner
