#include "planner/policies/buffer.h"

#include <doctest/doctest.h>

#include "planner/policies/fixed.h"
#include "planner/policies/hpa.h"
#include "tests/planner/policies/observations.h"

using namespace mlplan::planner;

TEST_CASE("20 % of 10 are 2, and the larger of count and share counts") {
  CHECK(buffer_size(10, {.count = 0, .share = 0.2}) == 2);
  CHECK(buffer_size(11, {.count = 0, .share = 0.2}) == 3);
  CHECK(buffer_size(10, {.count = 5, .share = 0.2}) == 5);
  CHECK(buffer_size(0, {.count = 0, .share = 0.2}) == 0);
}

TEST_CASE("the buffer comes on top of the base policy and is not taken for its doing") {
  BufferPolicy policy(std::make_unique<FixedPolicy>(FixedSettings{.instances = 10, .pool = 3}), {.count = 2});
  PolicyDriver fleet(policy, 1);
  for (int i = 0; i < 3; ++i) CHECK(fleet.step({}) == 12);
  CHECK(fleet.observation().pool == 3);
  CHECK(policy.name() == "buffer-n");

  BufferPolicy over_hpa(std::make_unique<HpaPolicy>(HpaSettings{.metric = HpaMetric::concurrency, .target = 1}),
                        {.count = 2, .highest = 50});
  PolicyDriver growing(over_hpa, 1);
  CHECK(growing.step({.in_service = 100}) == 5 + 2);
  CHECK(growing.step({.in_service = 100}) == 10 + 2);
  for (int i = 0; i < 5; ++i) growing.step({.in_service = 100});
  CHECK(growing.observation().desired == 50);
}
