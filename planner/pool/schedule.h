// A fleet that follows the clock: how many instances each hour of the day needs.
//
// The count of an hour is in place from its beginning until the next hour's is, which was ordered at the hour and is
// ready a lead later: the highest need in [hour, hour + 1 h + lead). Over the days the highest of these, or a quantile.
#pragma once

#include <cstdint>
#include <vector>

#include "planner/pool/growth.h"

namespace mlplan::planner {

struct HourSchedule {
  std::vector<std::int64_t> by_hour = {};  // 24, from midnight UTC; none without calendar time or needs
  // Days that each rests on: those whose hour is known without a gap. 0: on what part of the hour is known, or where
  // nothing is, on the highest of all needs.
  std::vector<std::int64_t> days = {};
};

// 0 < q <= 1; 1 is the highest.
HourSchedule schedule_by_hour(const NeedSeries& series, double lead_s, double q = 1);

}  // namespace mlplan::planner
