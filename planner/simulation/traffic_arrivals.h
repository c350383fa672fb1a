// What the simulator plays for a traffic: its rates, cut to a window, with bursts on top. Seconds, requests per second.
//
// Within a step arrivals are Poisson at the step's rate. A series says nothing of bursts shorter than its steps, a mean
// rate nothing of any: they have to be stated. Gaps are filled on the line between the known rates beside them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "planner/simulation/arrivals.h"
#include "profiles/plan.h"
#include "profiles/traffic.h"

namespace mlplan::planner {

// In each stretch of interval_s the rate is multiplied by a random factor with this variance, as RateArrivals has it.
struct Bursts {
  double scv = 0;
  double interval_s = 60;
};

struct TrafficWindow {
  double from_s = 0;                      // since the traffic's beginning; rounded down to a whole step of rates
  std::optional<double> duration_s = {};  // absent: to the end
};

// What a constant rate's dispersion says, at its window nearest to a minute. None for other shapes, whose dispersion
// holds the changes of the rate itself, and none where no dispersion is known.
Bursts bursts_of(const Traffic& traffic);

// The rates as the formulas and the simulator take them. A day repeats; a window of it begins at that hour. A trace
// counts as the rates of its steps.
RateSeries series_of(const Traffic& traffic, const TrafficWindow& window = {});

// Not for traces, whose requests have their own times: reading those is the caller's. A trace given all the same is
// played as Poisson at its counted rates. Without `bursts`: bursts_of.
RateArrivals arrivals_of(const Traffic& traffic, const TrafficWindow& window = {},
                         const std::optional<Bursts>& bursts = {});

// Of what is known: of a series or a trace, from its first to its last; 0 for a rate or a day that was stated.
double span_s(const Traffic& traffic);
std::string kind_of(const Traffic& traffic);  // "constant", "diurnal", "series", "trace"

// As documents have it.
std::optional<PlannedBursts> planned_bursts(const std::optional<Bursts>& bursts);
PlannedTraffic planned_traffic(const Traffic& traffic, const std::optional<Bursts>& bursts = {});

// What is taken for granted when it is played: sentences for the user.
std::vector<std::string> arrival_assumptions(const Traffic& traffic, const std::optional<Bursts>& bursts = {});

}  // namespace mlplan::planner
