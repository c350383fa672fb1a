// A deployment that was found to keep the objectives, before it is explained.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "planner/policies/follow.h"
#include "planner/sizing/candidate.h"
#include "planner/sizing/search.h"

namespace mlplan::planner {

struct SparesPoint {
  double usd_per_hour = 0;
  double exposure = 0;
};

struct Solution {
  Candidate candidate = {};
  std::int64_t serving = 1;    // for the load at its highest, with times longer by the error
  double exact = 0;            // the same, between whole numbers; 0: not known
  std::int64_t for_state = 0;  // instances that memory of sessions asks for; 0: none does
  std::int64_t spares = 0;     // for failures
  FollowSettings policy = {};  // with which it would follow the load; its spares serve as well
  double ordered = 0;          // instances it then orders, mean over time, by the rates alone; 0: the rate is constant
  bool live = false;           // it does follow the load
  std::int64_t following = 0;  // then, what it orders at the highest rate, without spares
  std::int64_t most = 0;       // then, the most that were there at once, spares included
  bool promised = true;        // the traffic can carry the claim that it keeps the objectives
  std::map<std::int64_t, SparesPoint> by_spares = {};  // that were tried, with times longer by the error
  std::vector<Window> windows = {};                    // that a fleet which follows the load was simulated over
  Judged judged = {};                                  // with the error
  bool certified = false;                              // against more of the traffic than the search
  double mean_instances = 1;                           // that run, over time, spares included
  double mean_stopped = 0;                             // spares, over time
  double stopped_usd_per_hour = 0;                     // of one of them

  std::int64_t instances() const { return (live ? most : serving) + spares; }
  double likely_usd_per_hour() const { return candidate.usd_per_hour * (ordered > 0 ? ordered : mean_instances); }
  double usd_per_hour() const { return candidate.usd_per_hour * mean_instances + usd_per_hour_of_stopped(); }
  double usd_per_hour_of_stopped() const { return stopped_usd_per_hour * mean_stopped; }
};

}  // namespace mlplan::planner
