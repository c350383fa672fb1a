#include "planner/policies/keda.h"

#include <doctest/doctest.h>

#include "tests/planner/policies/observations.h"

using namespace mlplan::planner;

TEST_CASE("an HPA while there is work, none after five minutes without, and one again at the next poll") {
  KedaPolicy policy({.hpa = {.target = 0.75}});
  PolicyDriver fleet(policy, 50);
  CHECK(fleet.step({.in_service = 45, .utilisation = 0.9}) == 60);
  int steps = 0;
  while (fleet.step({}) > 0) ++steps;
  CHECK(steps * 15 >= 300 - 15);
  CHECK(steps * 15 <= 300 + 30);
  CHECK(fleet.step({}) == 0);
  int until_one = 1;
  while (fleet.step({.queued = 1}) == 0) ++until_one;
  CHECK(until_one <= 2);  // polls of 30 s
  CHECK(fleet.observation().desired == 1);
}

TEST_CASE("with a lowest count it never goes to none") {
  KedaPolicy policy({.lowest = 1});
  PolicyDriver fleet(policy, 3);
  for (int i = 0; i < 60; ++i) CHECK(fleet.step({}) >= 1);
}
