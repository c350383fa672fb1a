#include "planner/policies/ray.h"

#include <doctest/doctest.h>

#include "tests/planner/policies/observations.h"

using namespace mlplan::planner;

TEST_CASE("no replica and one request make one replica immediately") {
  RayPolicy policy({.lowest = 0});
  PolicyDriver fleet(policy, 0);
  CHECK(fleet.step({}) == 0);
  CHECK(fleet.wait() == 1);
}

TEST_CASE("up after a decision has lasted 30 s, down after 600 s") {
  RayPolicy policy({});
  PolicyDriver fleet(policy, 5);
  for (int i = 0; i < 5; ++i) CHECK(fleet.step({.in_service = 10}) == 5);
  int steps = 1;
  while (fleet.step({.in_service = 30}) == 5) ++steps;
  CHECK(steps == 4);  // wanted from the first step on, ordered 30 s later
  CHECK(fleet.observation().desired == 15);
  steps = 1;
  while (fleet.step({.in_service = 2}) == 15) ++steps;
  CHECK(steps == 61);
  CHECK(fleet.observation().desired == 1);
}

TEST_CASE("a decision that does not last changes nothing") {
  RayPolicy policy({});
  PolicyDriver fleet(policy, 5);
  for (int i = 0; i < 40; ++i) CHECK(fleet.step({.in_service = i % 6 < 2 ? 14.0 : 8.0}) == 5);
}

TEST_CASE("a factor below one takes part of the way") {
  RayPolicy policy({.factor = 0.5});
  PolicyDriver fleet(policy, 10);
  for (int i = 0; i < 4; ++i) fleet.step({.in_service = 40});
  CHECK(fleet.observation().desired == 15);
}
