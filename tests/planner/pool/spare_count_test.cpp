#include "planner/pool/spare_count.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace mlplan;
using namespace mlplan::planner;

namespace {

// Every step grows by the next figure and falls back, so that growth within a step is each figure, half of the time.
Growth growth_of(const std::vector<std::int64_t>& figures, double step_s = 60) {
  NeedSeries series{.step_s = step_s};
  for (const std::int64_t figure : figures) {
    series.needs.push_back(1);
    series.needs.push_back(1 + figure);
  }
  series.needs.push_back(1);
  return growth_within(series, step_s);
}

std::vector<std::int64_t> rising(int n) {
  std::vector<std::int64_t> out;
  for (int i = 1; i <= n; ++i) out.push_back(i);
  return out;
}

}  // namespace

TEST_CASE("spares by growth leave no more than the exposure, and one fewer does") {
  const Growth growth = growth_of(rising(500));
  for (const double exposure : {0.3, 0.1, 0.01, 0.004}) {
    const SpareCount count = count_spares(growth, {.exposure = exposure});
    REQUIRE(count.by_growth);
    CHECK(growth.all.share_above(*count.by_growth) <= exposure + 1e-12);
    CHECK(growth.all.share_above(*count.by_growth - 1) > exposure);
    CHECK(count.supported);
    REQUIRE(count.by_growth_bound);
    CHECK(*count.by_growth_bound >= *count.by_growth);
    CHECK(count.windows == 1000);
  }
  CHECK(count_spares(growth, {.exposure = 0.01}).windows_needed == 299);
  CHECK(count_spares(growth, {.exposure = 1.0}).by_growth == 0);
  CHECK(count_spares(growth, {.exposure = 1.0}).supported);
}

TEST_CASE("too little traffic is refused with what it would take") {
  const Growth growth = growth_of(rising(30));  // 60 windows of a minute
  const SpareCount good = count_spares(growth, {.exposure = 0.05});
  CHECK(good.supported);
  CHECK(good.refusal.empty());
  CHECK(good.by_growth_bound == 30);

  const SpareCount refused = count_spares(growth, {.exposure = 0.01});
  CHECK_FALSE(refused.supported);
  CHECK_FALSE(refused.by_growth_bound);
  CHECK(refused.by_growth == 30);
  CHECK(refused.windows == 60);
  CHECK(refused.windows_needed == 299);
  CHECK(
      refused.refusal ==
      "an exposure of 1 % at 95 % confidence takes 299 independent windows of 60 s, 5.0 hours of traffic; this has 60, "
      "which can show 4.9 % at best");
  // What it says it can show, it can.
  CHECK(count_spares(growth, {.exposure = 0.049}).supported);
  CHECK_FALSE(count_spares(growth, {.exposure = 0.048}).supported);

  const SpareCount never = count_spares(growth, {.exposure = 0.0});
  CHECK_FALSE(never.supported);
  CHECK(never.by_growth == 30);
  CHECK_FALSE(never.by_refill);
  CHECK(never.refusal.find("above 0") != std::string::npos);

  const SpareCount nothing = count_spares({}, {.exposure = 0.01});
  CHECK_FALSE(nothing.supported);
  CHECK_FALSE(nothing.by_growth);
  CHECK(nothing.refusal.find("not known") != std::string::npos);
}

TEST_CASE("spares by refill are the lost-sales pool of the draws within one start-up") {
  const SpareQuestion question{.exposure = 0.01, .start_up_s = 60, .draws_per_s = 0.05};
  CHECK(count_spares({}, question).by_refill == 8);  // Erlang B of 3 draws: 0.0081
  SpareQuestion waiting = question;
  waiting.miss = MissedDraw::waits_for_refill;
  CHECK(count_spares({}, waiting).by_refill == 9);
}

TEST_CASE("spares by money are the newsvendor's, and money and exposure imply each other") {
  const Growth growth = growth_of({3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8});
  std::vector<double> demand;
  for (const std::int64_t window : growth.all.windows) demand.push_back(static_cast<double>(window));
  for (const double missing : {0.5, 1.5, 2.5, 7.0, 30.0, 400.0}) {
    CAPTURE(missing);
    const SpareCount count = count_spares(growth, {.spare_usd_per_hour = 1.0, .missing_usd_per_hour = missing});
    REQUIRE(count.by_money);
    CHECK(static_cast<double>(*count.by_money) == newsvendor(demand, 1.0, missing));
    CHECK(count.supported);
    CHECK(count.windows_needed == 0);
  }
  const SpareCount by_exposure = count_spares(growth, {.exposure = 0.2, .spare_usd_per_hour = 1.5});
  CHECK(std::abs(by_exposure.missing_usd_by_exposure.value_or(0) - 7.5) < 1e-12);
  const SpareCount back = count_spares(growth, {.spare_usd_per_hour = 1.5, .missing_usd_per_hour = 7.5});
  CHECK(std::abs(back.exposure_by_money.value_or(0) - 0.2) < 1e-12);
  CHECK(back.by_money == by_exposure.by_growth);
}
