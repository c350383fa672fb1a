#include "planner/policies/spare.h"

#include <doctest/doctest.h>

#include "planner/policies/fixed.h"
#include "tests/planner/policies/observations.h"

using namespace mlplan;
using namespace mlplan::planner;

TEST_CASE("what is in use, what waits, and the spares, within limits") {
  SparePolicy policy({.spare = 2, .requests_per_instance = 4, .lowest = 1, .highest = 20});
  Observation observation{.queued = 5, .busy_instances = 3};
  const Orders orders = policy.decide(observation);
  CHECK(orders.desired == 3 + 2 + 2);
  CHECK(orders.keep_idle_s == 300);
  CHECK(policy.decides_on_wait());
  observation.queued = 500;
  CHECK(policy.decide(observation).desired == 20);
  SparePolicy none({.spare = 0, .lowest = 1});
  CHECK(none.decide({}).desired == 1);
}

TEST_CASE("a fixed policy never changes its mind") {
  FixedPolicy policy({.instances = 3, .pool = 1});
  PolicyDriver fleet(policy, 0);
  CHECK(fleet.step({.in_service = 100, .queued = 1000}) == 3);
  CHECK(fleet.observation().pool == 1);
}
