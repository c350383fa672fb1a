#include "planner/policies/ec2_pool.h"

#include <doctest/doctest.h>

#include "planner/policies/fixed.h"
#include "tests/planner/policies/observations.h"

using namespace mlplan::planner;

TEST_CASE("the pool is the group's maximum less what is desired, unless a prepared capacity is given") {
  const auto pool = [](std::int64_t desired, Ec2PoolSettings settings) {
    Ec2PoolPolicy policy(std::make_unique<FixedPolicy>(FixedSettings{.instances = desired}), settings);
    PolicyDriver fleet(policy, 0);
    fleet.step({});
    return fleet.observation().pool;
  };
  CHECK(pool(4, {.group_max = 10}) == 6);
  CHECK(pool(4, {.max_prepared = 7, .group_max = 10}) == 3);
  CHECK(pool(9, {.min_size = 2, .max_prepared = 7, .group_max = 10}) == 2);
  CHECK(pool(99, {.group_max = 10}) == 0);
}
