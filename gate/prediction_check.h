// Predictions held against what a run really showed: which hold, which do not, and what is to blame.
//
// A figure holds where the measured value lies in the predicted interval. It misses only where the measured interval
// lies wholly outside the wider one, which is made for judging all figures of a run together: at 95 % each, one of
// fourteen would miss every second run by chance alone. In between it is unclear, and where a measured value has no
// bounds. A run holds where nothing misses and a response time holds.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "profiles/verification.h"

namespace mlplan::gate {

struct HeldFigure {
  std::string quantity = {};
  std::string unit = {};
  Estimate predicted = {};          // at the document's confidence
  Estimate predicted_jointly = {};  // the wider interval
  Estimate measured = {};
  std::optional<double> in_hindsight = {};  // predicted by how long inferences took in the run
};

// What else the run showed, that may be to blame.
struct RunFacts {
  std::optional<double> service_ratio = {};  // inference measured over predicted, means
  double pace = 1;                         // that the prediction takes: inference just before the run over the report's
  double drift = 0;                        // of the machine's speed before the run, standard deviation of its logarithm
  std::optional<double> start_ratio = {};  // start-ups, medians
  std::int64_t starts = 0;                 // that it is of
  std::int64_t ended = 0;                  // workers that died or hung by themselves
  double late_fraction = 0;                // of requests, by the generator
  double stolen_share = 0;
  double cpu_pressure = 0;   // share of time; 0 where the pool alone has more to run than there are CPUs
  std::string gave_up = {};  // why the run was ended early; empty: it was not
};

// Fills comparisons, explanations, generator.is_late, noise, verdict, why and next. requests, interrupted and scaling
// must be there.
void judge_run(const std::vector<HeldFigure>& figures, const RunFacts& facts, Verification& verification);

}  // namespace mlplan::gate
