// How much the need for instances grows within one start-up: what is ordered now is ready a horizon later, and until
// then only spares can serve what has come on top.
//
// D(t) = the highest need in (t, t + horizon] less the need at t, never below 0, for every t at which all of that is
// known. Needs are constant within a step, so the law of D over t is exact for any horizon, also one shorter than a
// step: it then crosses into the next step for the share horizon / step of the time. Bounds of quantiles are
// distribution-free, from windows that do not overlap, taken as independent. Source of the bounds: order statistics
// (David and Nagaraja 2003, section 7.1).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "planner/distribution.h"

namespace mlplan::planner {

struct NeedSeries {
  std::vector<std::int64_t> needs = {};  // instances in each step; negative: not known
  double step_s = 60;
  std::optional<double> starts_at_unix_s = {};
  bool repeats = false;  // the whole series comes again, as days do
};

struct GrowthLaw {
  struct Share {
    std::int64_t growth = 0;
    double seconds = 0;  // of time at which it is this
  };
  std::vector<Share> shares = {};          // rising
  std::vector<std::int64_t> windows = {};  // rising: growth in windows that do not overlap
  double seconds = 0;                      // of all shares

  // Smallest growth with P(D <= growth) >= q; 0 where nothing is known.
  std::int64_t quantile(double q) const;
  // Share of time with more growth than `count` spares bridge: P(D > count). 1 where nothing is known.
  double share_above(std::int64_t count) const;
  // Not below the q-quantile with at least this confidence; nullopt where the windows are too few to say.
  std::optional<std::int64_t> upper_bound(double q, double confidence) const;
};

struct Growth {
  double horizon_s = 0;  // mean
  double window_s = 0;   // mean length of a window: a horizon, but at least a step
  GrowthLaw all = {};
  std::vector<GrowthLaw> by_hour = {};  // 24, from midnight UTC; none without calendar time, or below two days of it
};

// Horizons are start-up times and the time until growth is seen; a law of start-ups counts by its 16 equal parts.
// Nothing is known where there are no steps, or no horizon above 0.
Growth growth_within(const NeedSeries& series, const Distribution& start_up, double detection_s);
Growth growth_within(const NeedSeries& series, double horizon_s);

// Independent windows that a bound of the q-quantile needs: ceil(ln(1 - confidence) / ln q), with 0 < q < 1.
std::int64_t windows_needed(double q, double confidence);

}  // namespace mlplan::planner
