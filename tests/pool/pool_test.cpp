#include "bench/pool/pool.h"

#include <doctest/doctest.h>

#include "planner/policies/fixed.h"
#include "tests/pool/scripted_world.h"

namespace mlplan::tests {
namespace {

bench::PoolSettings settings_of(Routing routing, std::int64_t instances, std::int64_t queue_limit = 1000) {
  return {.fleet = {.initial_instances = instances, .max_instances = 10},
          .slots_per_instance = 1,
          .routing = routing,
          .queue_limit = queue_limit};
}

double five_seconds() { return 5; }
double one_second(std::size_t) { return 1; }

}  // namespace

TEST_CASE("a request that waits is served when the one before it is done") {
  planner::FixedPolicy policy({.instances = 1});
  ScriptedWorld world(settings_of(Routing::shared_queue, 1), policy, five_seconds, one_second);
  world.run({0.1, 0.2, 0.3}, 2.0);
  CHECK(world.answered == 1);
  CHECK(world.pool.queued() == 1);
  CHECK_FALSE(world.pool.empty());
}

TEST_CASE("what was in service at an instance that dies is lost, what waits is not, and the instance is replaced") {
  for (const Routing routing : {Routing::shared_queue, Routing::least_outstanding}) {
    CAPTURE(static_cast<int>(routing));
    planner::FixedPolicy policy({.instances = 1});
    ScriptedWorld world(settings_of(routing, 1), policy, five_seconds, one_second);
    world.run({0.1, 0.2, 0.3}, 0.5);
    world.pool.died(0.5, 0);
    const bool own_queue = routing == Routing::least_outstanding;  // which dies with its instance
    CHECK(world.lost_requests.size() == (own_queue ? 3 : 1));
    CHECK(world.pool.queued() == (own_queue ? 0 : 2));
    CHECK(world.ended == 1);
    CHECK(world.pool.counts().loading == 1);
    CHECK(world.pool.totals(0.5).events.failures == 1);
    CHECK(world.pool.totals(0.5).events.cold_starts == 1);
  }
}

TEST_CASE("an instance that dies while it starts is started again, and the request still waits") {
  planner::FixedPolicy policy({.instances = 1});
  ScriptedWorld world(settings_of(Routing::shared_queue, 1), policy, five_seconds, one_second);
  world.run({}, 0.5);
  world.pool.died(0.5, 0);
  world.pool.arrive(1, 0);
  world.pool.died(2, 0);
  CHECK(world.lost_requests.empty());
  CHECK(world.pool.queued() == 1);
  CHECK(world.pool.counts().loading == 1);
  world.pool.loaded(7, 0);
  CHECK(world.pool.queued() == 0);
  world.pool.served(8, 0, 0);
  CHECK(world.pool.exposed(0));
  CHECK(world.pool.empty());
}

TEST_CASE("a queue that is full turns requests away, each of them told") {
  for (const Routing routing : {Routing::shared_queue, Routing::least_outstanding}) {
    planner::FixedPolicy policy({.instances = 1});
    ScriptedWorld world(settings_of(routing, 1, 2), policy, five_seconds, one_second);
    world.run({0.1, 0.2, 0.3, 0.4, 0.5}, 0.6);
    CHECK(world.rejected_requests == std::vector<bench::RequestId>{3, 4});
    CHECK(world.pool.queued() == 2);
  }
}

}  // namespace mlplan::tests
