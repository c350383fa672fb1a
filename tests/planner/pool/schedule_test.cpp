#include "planner/pool/schedule.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>

using namespace mlplan::planner;

TEST_CASE("an hour has what it needs until the next hour's order is ready") {
  // A day by quarters of an hour: 2, from 9:00 to 10:00 it is 5, and at 10:00 to 10:15 it is 8.
  NeedSeries series{.step_s = 900, .starts_at_unix_s = 0};
  for (int step = 0; step < 96; ++step) series.needs.push_back(step == 40 ? 8 : step / 4 == 9 ? 5 : 2);
  const HourSchedule at_once = schedule_by_hour(series, 0);
  REQUIRE(at_once.by_hour.size() == 24);
  CHECK(at_once.by_hour[8] == 2);
  CHECK(at_once.by_hour[9] == 5);
  CHECK(at_once.by_hour[10] == 8);
  CHECK(at_once.by_hour[11] == 2);
  const HourSchedule with_lead = schedule_by_hour(series, 60);
  CHECK(with_lead.by_hour[8] == 5);
  CHECK(with_lead.by_hour[9] == 8);
  CHECK(with_lead.by_hour[10] == 8);
  CHECK(with_lead.by_hour[11] == 2);
}

TEST_CASE("the last hour of a day that repeats leads into the first") {
  NeedSeries series{.step_s = 3600, .starts_at_unix_s = 0, .repeats = true};
  for (int hour = 0; hour < 24; ++hour) series.needs.push_back(hour == 0 ? 9 : 1);
  CHECK(schedule_by_hour(series, 60).by_hour[23] == 9);
  series.repeats = false;
  CHECK(schedule_by_hour(series, 60).by_hour[23] == 1);
}

TEST_CASE("over several days a schedule is the highest or a quantile of them, by looking at every step") {
  std::mt19937 random(3);
  NeedSeries series{.step_s = 600, .starts_at_unix_s = 86'400.0 * 20'000 + 5 * 3600};
  for (int step = 0; step < 10 * 144; ++step) {
    series.needs.push_back(random() % 200 == 0 ? -1 : static_cast<std::int64_t>(random() % 50));
  }
  const double lead = 900;
  std::vector<std::vector<std::int64_t>> of_days(24);
  for (int day = 0; day <= 10; ++day) {
    for (int hour = 0; hour < 24; ++hour) {
      const int first = (day * 24 + hour - 5) * 6;
      std::int64_t most = -1;
      bool whole = true;
      for (int step = first; step < first + 8; ++step) {  // 15 minutes of lead touch two steps
        const bool known = step >= 0 && step < 1440 && series.needs[static_cast<std::size_t>(step)] >= 0;
        if (step < first + 6) whole = whole && known;
        if (known) most = std::max(most, series.needs[static_cast<std::size_t>(step)]);
      }
      if (whole) of_days[static_cast<std::size_t>(hour)].push_back(most);
    }
  }
  for (const double q : {1.0, 0.8, 0.5}) {
    const HourSchedule found = schedule_by_hour(series, lead, q);
    for (std::size_t hour = 0; hour < 24; ++hour) {
      CAPTURE(hour);
      std::vector<std::int64_t> days = of_days[hour];
      std::ranges::sort(days);
      REQUIRE(found.days[hour] == static_cast<std::int64_t>(days.size()));
      const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(days.size()) - 1e-9));
      CHECK(found.by_hour[hour] == days[rank - 1]);
    }
  }
}

TEST_CASE("hours that no day knows take what part of them is known, else the highest of all") {
  NeedSeries series{.needs = {4, 7, 3}, .step_s = 1800, .starts_at_unix_s = 10 * 3600 + 1800};
  const HourSchedule schedule = schedule_by_hour(series, 0);
  CHECK(schedule.by_hour[10] == 4);
  CHECK(schedule.days[10] == 0);
  CHECK(schedule.by_hour[11] == 7);
  CHECK(schedule.days[11] == 1);
  CHECK(schedule.by_hour[12] == 7);
  CHECK(schedule.days[12] == 0);
  CHECK(schedule_by_hour({.needs = {1}, .step_s = 60}, 0).by_hour.empty());
  CHECK(schedule_by_hour({.needs = {-1}, .step_s = 60, .starts_at_unix_s = 0}, 0).by_hour.empty());
}
