#include "planner/policies/kpa.h"

#include <doctest/doctest.h>

#include "tests/planner/policies/observations.h"

using namespace mlplan::planner;

TEST_CASE("100 concurrent requests at 10 x 70 % take 15 instances") {
  CHECK(kpa_recommendation(100, {.concurrency = 10}) == 15);
  KpaPolicy policy({.concurrency = 10});
  PolicyDriver fleet(policy, 15);
  for (int i = 0; i < 60; ++i) CHECK(fleet.step({.in_service = 100}) == 15);
  CHECK_FALSE(policy.panics());
}

TEST_CASE("a burst panics within six seconds, and nothing shrinks until a minute after its last cause") {
  KpaPolicy policy({.concurrency = 10});
  PolicyDriver fleet(policy, 10);
  for (int i = 0; i < 60; ++i) fleet.step({.in_service = 70});
  CHECK(fleet.observation().desired == 10);
  CHECK_FALSE(policy.panics());
  // Two samples of 70 and one of 270 ask for ceil(410 / 3 / 7) = 20 instances: twice what is ready.
  CHECK(fleet.step({.in_service = 270}) == 20);
  CHECK(policy.panics());
  fleet.step({.in_service = 300});
  fleet.step({.in_service = 300});
  const std::int64_t peak = fleet.step({.in_service = 300});
  CHECK(peak == 43);
  int held = 0;
  while (fleet.step({.in_service = 0}) >= peak) ++held;
  CHECK(held == 27);  // the last cause was three decisions before the peak; it ends at more than 60 s
  CHECK_FALSE(policy.panics());
}

TEST_CASE("down by half at most, to none after half a minute of nothing, and back for the first request") {
  KpaPolicy policy({.concurrency = 10});
  PolicyDriver fleet(policy, 16);
  for (int i = 0; i < 30; ++i) fleet.step({.in_service = 112});
  CHECK(fleet.observation().desired == 16);
  std::int64_t before = 16;
  int steps = 0;
  while (before > 0 && steps < 200) {
    const std::int64_t now = fleet.step({});
    CHECK(now >= before / 2);
    before = now;
    ++steps;
  }
  CHECK(steps >= 30 + 15);  // the stable window, then the grace
  CHECK(steps <= 30 + 15 + 4);
  CHECK(fleet.wait() == 1);
  CHECK(fleet.wait() == 1);
}
