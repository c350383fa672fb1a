#include "planner/policies/dynamo.h"

#include <doctest/doctest.h>

#include "tests/planner/policies/observations.h"

using namespace mlplan;
using namespace mlplan::planner;

TEST_CASE("load above the target adds one instance at a time, and none while one is starting") {
  DynamoPolicy policy({});
  PolicyDriver fleet(policy, 2);
  CHECK(fleet.step({.in_service = 1.8}) == 2);                    // at 0.9 each
  CHECK(fleet.step({.in_service = 2, .queued = 50}, true) == 3);  // far above: one all the same
  CHECK(fleet.step({.in_service = 2, .queued = 50}, true) == 3);  // the third is loading
  fleet.observation().instances = {.ready = 3};
  CHECK(fleet.step({.in_service = 3}) == 4);
  CHECK(fleet.step({.in_service = 30}) == 5);
}

TEST_CASE("one fewer only where the rest would still be below the target by the sensitivity") {
  DynamoPolicy policy({});
  PolicyDriver fleet(policy, 4);
  // 0.9 x 0.8 x 3/4 = 0.54 each, 2.16 requests on four.
  CHECK(fleet.step({.in_service = 2.2}) == 4);
  CHECK(fleet.step({.in_service = 2.1}) == 3);
  CHECK(fleet.step({.in_service = 0}) == 2);
  CHECK(fleet.step({.in_service = 0}) == 1);
  CHECK(fleet.step({.in_service = 0}) == 1);
}

TEST_CASE("the floor is the rate of three minutes over what one instance serves, and comes at once") {
  DynamoPolicy policy({.capacity_per_s = 10.0});
  PolicyDriver fleet(policy, 1);
  const auto interval = [&](std::int64_t requests) {
    fleet.observation().totals.arrivals += requests;
    return fleet.step({});
  };
  for (int i = 0; i < 35; ++i) CHECK(interval(160) == 1);  // 32 a second: not known before the three minutes are over
  CHECK(interval(160) == 4);                               // each of them for 9 a second
  // Idle, but the floor holds until the next three minutes are over.
  for (int i = 0; i < 35; ++i) CHECK(interval(0) == 4);
  CHECK(interval(0) == 3);
  CHECK(interval(0) == 2);
}

TEST_CASE("a floor found during a start waits for it, and the budget is never exceeded") {
  DynamoPolicy policy({.capacity_per_s = 1.0, .highest = 6});
  PolicyDriver fleet(policy, 1);
  fleet.observation().instances.loading = 1;
  for (int i = 0; i < 40; ++i) {
    fleet.observation().totals.arrivals += 500;
    CHECK(fleet.step({}, true) == 1);
    fleet.observation().instances.loading = 1;
  }
  fleet.observation().instances.loading = 0;
  CHECK(fleet.step({}) == 6);
}

TEST_CASE("an instance that serves several at once is loaded by its share of them") {
  DynamoPolicy policy({.requests_per_instance = 8});
  PolicyDriver fleet(policy, 2);
  CHECK(fleet.step({.in_service = 14.4}) == 2);
  CHECK(fleet.step({.in_service = 14.5}) == 3);
}
