#include "planner/policies/presets.h"

#include <doctest/doctest.h>

#include "tests/planner/policies/observations.h"

using namespace mlplan;
using namespace mlplan::planner;

TEST_CASE("every name makes the policy of that name") {
  for (const std::string_view name : preset_names()) {
    CAPTURE(name);
    const auto policy = make_policy(name, {});
    REQUIRE(policy);
    CHECK((*policy)->name() == name);
    CHECK((*policy)->interval_s() > 0);
  }
}

TEST_CASE("an unknown name is refused with those there are, and wrappers do not wrap wrappers") {
  const auto unknown = make_policy("hpb", {});
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().kind == ErrorKind::usage);
  CHECK(unknown.error().hint.find("buffer-percent") != std::string::npos);
  CHECK_FALSE(make_policy("buffer-n", {.base = "ec2-pool"}));
  CHECK_FALSE(make_policy("ec2-pool", {.base = "nothing"}));
  CHECK_FALSE(make_policy("hpa", {.target = 0.0}));
  CHECK_FALSE(make_policy("hpa", {.lowest = 5, .highest = 4}));
  CHECK_FALSE(make_policy("fixed", {.instances = -1}));
  CHECK_FALSE(make_policy("dynamo", {.capacity_per_s = 0.0}));
}

TEST_CASE("options reach the policy") {
  const auto fixed = make_policy("buffer-percent", {.instances = 10, .share = 0.2, .base = "fixed"});
  REQUIRE(fixed);
  PolicyDriver fleet(**fixed, 0);
  CHECK(fleet.step({}) == 12);
}
