#include "planner/pool/schedule.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace mlplan::planner {

namespace {

constexpr double kHour = 3600;
constexpr double kSame = 1e-6;  // of a step

struct Highest {
  std::int64_t need = -1;  // negative: nothing is known
  bool gap = false;
};

// Over the steps that [from_s, to_s) from the start of the series touches.
Highest highest_in(const NeedSeries& series, double from_s, double to_s) {
  const auto steps = static_cast<std::int64_t>(series.needs.size());
  const auto first = static_cast<std::int64_t>(std::floor(from_s / series.step_s + kSame));
  const auto end = static_cast<std::int64_t>(std::ceil(to_s / series.step_s - kSame));
  Highest out;
  for (std::int64_t i = first; i < end; ++i) {
    const bool inside = series.repeats || (i >= 0 && i < steps);
    const std::int64_t need = inside ? series.needs[static_cast<std::size_t>(((i % steps) + steps) % steps)] : -1;
    out.gap = out.gap || need < 0;
    out.need = std::max(out.need, need);
  }
  return out;
}

}  // namespace

HourSchedule schedule_by_hour(const NeedSeries& series, double lead_s, double q) {
  const std::int64_t highest = series.needs.empty() ? -1 : std::ranges::max(series.needs);
  if (!series.starts_at_unix_s || !(series.step_s > 0) || highest < 0) return {};
  const double start_s = *series.starts_at_unix_s;
  const double end_s = start_s + static_cast<double>(series.needs.size()) * series.step_s;

  std::array<std::vector<std::int64_t>, 24> of_days;
  std::array<std::int64_t, 24> of_parts;
  of_parts.fill(-1);
  for (double hour = std::floor(start_s / kHour); hour * kHour < end_s; ++hour) {
    const double from_s = hour * kHour - start_s;
    const auto of_day = static_cast<std::size_t>(hour - 24 * std::floor(hour / 24));
    const Highest until_next = highest_in(series, from_s, from_s + kHour + lead_s);
    if (highest_in(series, from_s, from_s + kHour).gap) {
      of_parts[of_day] = std::max(of_parts[of_day], until_next.need);
    } else {
      of_days[of_day].push_back(until_next.need);
    }
  }

  HourSchedule out;
  for (std::size_t hour = 0; hour < 24; ++hour) {
    std::vector<std::int64_t>& days = of_days[hour];
    out.days.push_back(static_cast<std::int64_t>(days.size()));
    if (days.empty()) {
      out.by_hour.push_back(of_parts[hour] >= 0 ? of_parts[hour] : highest);
      continue;
    }
    std::ranges::sort(days);
    const double rank = std::ceil(q * static_cast<double>(days.size()) - 1e-9);
    out.by_hour.push_back(days[static_cast<std::size_t>(std::clamp(rank, 1.0, static_cast<double>(days.size()))) - 1]);
  }
  return out;
}

}  // namespace mlplan::planner
