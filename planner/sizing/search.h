// The smallest deployment of a candidate that keeps the objectives, found by simulating it: a count for a fixed fleet,
// spares for one that follows the load. Simulated with times longer by the candidate's error, so that what is found
// holds up to it.
//
// A share of requests is kept where the lower end of its 95 % interval over replications is; replications are added
// until that is decided or their number is used up, and what is then not decided counts as missed. More instances never
// wait longer, so the search walks from the formulas' guess to the boundary between missed and kept.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "planner/sizing/demand.h"
#include "planner/sizing/trial.h"
#include "profiles/slo.h"

namespace mlplan::planner {

struct Objectives {
  std::vector<LatencyObjective> latency = {};
  std::optional<double> exposure = {};
};

struct Effort {
  std::int64_t fewest_replications = 3;
  std::int64_t most_replications = 8;
};

struct Judged {
  bool kept = false;
  TrialResult trial = {};
};

// Smallest count between `at_least` and `at_most` that is kept, where more never makes it missed: away from the guess
// in doubling steps, then by halving. nullopt where `at_most` is not enough.
std::optional<std::int64_t> smallest_kept(std::int64_t guess, std::int64_t at_least, std::int64_t at_most,
                                          std::int64_t first_step, const std::function<bool(std::int64_t)>& is_kept);

// Simulates until it is decided.
Judged judge(const Deployed& deployed, const std::vector<Window>& windows, const Objectives& objectives,
             const Effort& effort, std::uint64_t seed);

struct Sized {
  Candidate candidate = {};  // as it was given, without the error
  std::int64_t instances = 0;
  Judged judged = {};  // with the error
  double exact = 0;    // where between one instance less and this count the objective would just be kept; 0: one less
                       // was not tried
};

// At least `at_least` and at most `at_most` instances; nullopt where `at_most` are not enough.
std::optional<Sized> smallest_fixed(const Candidate& candidate, std::int64_t guess, std::int64_t at_least,
                                    std::int64_t at_most, const std::vector<Window>& windows,
                                    const Objectives& objectives, const Effort& effort, std::uint64_t seed);

}  // namespace mlplan::planner
