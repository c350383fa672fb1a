// How many spares to keep warm, by each of three arguments, and how far the traffic supports the first.
//
// By growth: enough for the growth of the need within a start-up, for all but the exposure's share of the time. By
// refill: a pool that every scale-up and failure draws from finds at most that share of draws empty
// (queueing/spares.h). By money: spares up to where one more costs more than the instances it would not miss. Money is
// US dollars an hour, of one instance.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "planner/pool/growth.h"
#include "planner/queueing/spares.h"

namespace mlplan::planner {

struct SpareQuestion {
  std::optional<double> exposure = {};  // share that may meet a cold start, 0..1
  double confidence = 0.95;             // of the claim that it is kept
  double start_up_s = 0;                // mean, of a refill
  double draws_per_s = 0;               // scale-ups by one instance and failures
  MissedDraw miss = MissedDraw::starts_cold;
  std::optional<double> spare_usd_per_hour = {};
  // What an instance that is missing costs: the requests it would serve in an hour times what one that waits costs.
  std::optional<double> missing_usd_per_hour = {};
};

struct SpareCount {
  std::optional<std::int64_t> by_growth = {};          // with an exposure and known growth
  std::optional<std::int64_t> by_growth_bound = {};    // the same, not too few with the confidence
  std::optional<std::int64_t> by_refill = {};          // with an exposure above 0
  std::optional<std::int64_t> by_money = {};           // with both prices and known growth
  std::optional<double> exposure_by_money = {};        // the share of time that is cheapest left exposed
  std::optional<double> missing_usd_by_exposure = {};  // an hour, from which on the exposure is worth its price
  std::int64_t windows = 0;                            // independent, that the traffic has
  std::int64_t windows_needed = 0;                     // for the bound; 0: no bound was asked for
  bool supported = true;                               // there is a bound, or none was asked for
  std::string refusal = {};                            // when not: what it would take
};

SpareCount count_spares(const Growth& growth, const SpareQuestion& question);

}  // namespace mlplan::planner
