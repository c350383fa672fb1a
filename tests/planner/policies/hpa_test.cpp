#include "planner/policies/hpa.h"

#include <doctest/doctest.h>

#include "tests/planner/policies/observations.h"

using namespace mlplan::planner;

TEST_CASE("50 instances at 90 of 75 become 60, and nothing changes within 10 %") {
  CHECK(hpa_recommendation(50, 90, 75, 0.1) == 60);
  CHECK(hpa_recommendation(50, 82.5, 75, 0.1) == 50);
  CHECK(hpa_recommendation(50, 67.5, 75, 0.1) == 50);
  CHECK(hpa_recommendation(50, 67.4, 75, 0.1) == 45);
  CHECK(hpa_recommendation(50, 82.6, 75, 0.1) == 56);

  HpaPolicy policy({.target = 0.75});
  PolicyDriver fleet(policy, 50);
  CHECK(fleet.step({.utilisation = 0.9}) == 60);
  CHECK(fleet.step({.utilisation = 0.8}) == 60);
}

TEST_CASE("up goes at most to the larger of twice and four more in 15 s") {
  HpaPolicy policy({.metric = HpaMetric::concurrency, .target = 1});
  PolicyDriver fleet(policy, 1);
  CHECK(policy.interval_s() == 15);
  CHECK(fleet.step({.in_service = 50}) == 5);
  CHECK(fleet.step({.in_service = 50}) == 10);
  CHECK(fleet.step({.in_service = 50}) == 20);
  CHECK(fleet.step({.in_service = 50}) == 40);
  CHECK(fleet.step({.in_service = 50}) == 50);
}

TEST_CASE("down waits until the highest recommendation of five minutes has passed") {
  HpaPolicy policy({.target = 0.5});
  PolicyDriver fleet(policy, 10);
  CHECK(fleet.step({.utilisation = 0.5}) == 10);
  int steps = 0;
  while (fleet.step({.utilisation = 0.1}) == 10) ++steps;
  CHECK(steps == 20);
  CHECK(fleet.observation().desired == 2);
}

TEST_CASE("a fleet that starts idle keeps its size for the first five minutes") {
  HpaPolicy policy({.target = 0.5});
  PolicyDriver fleet(policy, 10);
  int steps = 0;
  while (fleet.step({}) == 10) ++steps;
  CHECK(steps == 21);
}

TEST_CASE("instances that are loading count as coming, so that they are not ordered again") {
  HpaPolicy policy({.target = 0.5});
  PolicyDriver fleet(policy, 10);
  CHECK(fleet.step({.utilisation = 1.0}, true) == 20);
  for (int i = 0; i < 5; ++i) CHECK(fleet.step({.utilisation = 1.0}, true) == 20);
}

TEST_CASE("the limits hold") {
  HpaPolicy policy({.lowest = 2, .highest = 12});
  PolicyDriver fleet(policy, 10);
  CHECK(fleet.step({.utilisation = 1}) == 12);
  for (int i = 0; i < 40; ++i) fleet.step({.utilisation = 0});
  CHECK(fleet.observation().desired == 2);
}
