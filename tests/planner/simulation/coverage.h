// Counts in how many of 200 simulations, with seeds fixed beforehand, the 99 % interval of a figure holds its exact
// value.
//
// 198 are expected of honest intervals, and 193 or more in 99.9 % of cases. Rows that need very long runs have 40
// seeds, of which 37 must hold it. Without optimisation 10 are tried.
#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>

#include "planner/simulation/intervals.h"

namespace mlplan::planner {

#ifdef NDEBUG
inline constexpr bool kOptimised = true;
#else
inline constexpr bool kOptimised = false;
#endif

enum class Seeds { many, few };

inline void check_coverage(const std::string& row, double exact,
                           const std::function<Interval(std::uint64_t seed)>& interval_of_seed,
                           Seeds how_many = Seeds::many) {
  const int seeds = !kOptimised ? 10 : how_many == Seeds::many ? 200 : 40;
  const int at_least = !kOptimised ? 8 : how_many == Seeds::many ? 193 : 37;
  int held = 0;
  double mean = 0;
  double half_width = 0;
  for (int seed = 1; seed <= seeds; ++seed) {
    const Interval interval = interval_of_seed(static_cast<std::uint64_t>(seed));
    held += interval.holds(exact);
    mean += interval.mean / seeds;
    half_width += interval.half_width() / seeds;
  }
  std::printf("%-36s exact %-10.6g simulated %-10.6g (%+.2f %%)  +-%.1f %% a run  held %d of %d\n", row.c_str(), exact,
              mean, 100 * (mean / exact - 1), 100 * half_width / exact, held, seeds);
  CAPTURE(row);
  CHECK(held >= at_least);
  if (!kOptimised) return;
  // Intervals so wide that they hold anything would pass the count, and so would a bias well within each of them. Ten
  // values make the half width 3.25 standard errors.
  CHECK(half_width < (how_many == Seeds::many ? 0.35 : 0.55) * exact);
  CHECK(std::abs(mean - exact) < 4 * half_width / 3.25 / std::sqrt(seeds));
}

}  // namespace mlplan::planner
