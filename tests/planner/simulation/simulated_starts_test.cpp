#include "planner/simulation/simulated_starts.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "planner/simulation/random_streams.h"

using namespace mlplan;
using namespace mlplan::planner;

namespace {

struct Driven {
  explicit Driven(const FleetSettings& given)
      : settings(given), starts(settings.start_up, random_stream(1, 0, 3), fleet), fleet(limits_of(settings), starts) {
    fleet.begin();
    forget();
  }
  // To `end`, event by event.
  void run_to(double end) {
    while (starts.next_time() <= end) {
      now = starts.next_time();
      starts.advance(now);
      for (const std::uint32_t id : fleet.left_service) {
        if (fleet.instance(id).load == 0) fleet.finished(now, id);
      }
      forget();
    }
    now = end;
  }
  void order(std::int64_t desired, std::int64_t pool = 0, double keep_idle_s = 0) {
    fleet.order(now, {.desired = desired, .pool = pool, .keep_idle_s = keep_idle_s});
    for (const std::uint32_t id : fleet.left_service) {
      if (fleet.instance(id).load == 0) fleet.finished(now, id);
    }
    forget();
  }
  void forget() {
    fleet.became_ready.clear();
    fleet.left_service.clear();
  }
  bool is(std::int64_t ready, std::int64_t loading, std::int64_t pooled, std::int64_t filling,
          std::int64_t stopping = 0) const {
    const InstanceCounts counts = fleet.counts();
    return counts.ready == ready && counts.loading == loading && counts.pooled == pooled && counts.filling == filling &&
           counts.stopping == stopping;
  }

  FleetSettings settings;
  SimulatedStarts starts;
  Fleet fleet;
  double now = 0;
};

FleetSettings slow_start() {
  FleetSettings settings;
  settings.start_up.node_s = deterministic(100);
  settings.start_up.image_s = deterministic(20);
  settings.start_up.load_s = deterministic(30);
  settings.start_up.pool_exit_s = deterministic(5);
  return settings;
}

}  // namespace

TEST_CASE("an instance is ready after node, image and load") {
  Driven driven(slow_start());
  CHECK(driven.is(1, 0, 0, 0));
  driven.order(3);
  CHECK(driven.is(1, 2, 0, 0));
  driven.run_to(149.9);
  CHECK(driven.is(1, 2, 0, 0));
  CHECK(driven.fleet.loading_until(149.9) == 149.9);
  driven.run_to(200);
  CHECK(driven.is(3, 0, 0, 0));
  CHECK(driven.fleet.loading_until(200) == 150);
  const InstanceSeconds seconds = driven.fleet.seconds(200);
  CHECK(std::abs(seconds.ready - (200 + 2 * 50)) < 1e-9);
  CHECK(std::abs(seconds.loading - 2 * 150) < 1e-9);
  CHECK(driven.fleet.events().cold_starts == 2);
}

TEST_CASE("a pool is drawn from first, left quickly, and filled again by cold starts") {
  FleetSettings settings = slow_start();
  settings.initial_pool = 2;
  Driven driven(settings);
  CHECK(driven.is(1, 0, 2, 0));
  driven.order(4, 2);
  CHECK(driven.is(1, 3, 0, 2));  // two drawn, one cold; both drawn are replaced
  driven.run_to(5);
  CHECK(driven.is(3, 1, 0, 2));
  driven.run_to(150);
  CHECK(driven.is(4, 0, 2, 0));
  const InstanceEvents events = driven.fleet.events();
  CHECK(events.draws == 2);
  CHECK(events.misses == 1);
  CHECK(events.cold_starts == 1);
  CHECK(events.fills == 2);
}

TEST_CASE("a draw that finds the pool empty can wait for the next refill") {
  FleetSettings settings = slow_start();
  settings.initial_pool = 1;
  settings.missed_draw = MissedDraw::waits_for_refill;
  Driven driven(settings);
  driven.order(3, 1);
  CHECK(driven.is(1, 2, 0, 2));  // one leaves the pool, one waits; two are on order
  driven.run_to(150);
  CHECK(driven.is(2, 1, 1, 0));  // of the two one went on at once
  driven.run_to(155);
  CHECK(driven.is(3, 0, 1, 0));
  CHECK(driven.fleet.events().misses == 1);
  CHECK(driven.fleet.events().cold_starts == 0);
}

TEST_CASE("a pool that is no longer wanted is given up, what fills it first") {
  Driven driven(slow_start());
  driven.order(1, 3);
  driven.run_to(160);
  driven.order(1, 5);
  CHECK(driven.is(1, 0, 3, 2));
  driven.order(1, 2);
  CHECK(driven.is(1, 0, 2, 0));
  CHECK(driven.fleet.events().cancelled == 3);
  driven.run_to(1000);
  CHECK(driven.is(1, 0, 2, 0));
}

TEST_CASE("a surplus is taken from what loads, then from what is idle longest, then from the least busy") {
  Driven driven(slow_start());
  driven.order(4);
  driven.run_to(200);
  driven.order(6);
  driven.run_to(210);
  driven.order(5);
  CHECK(driven.is(4, 1, 0, 0));
  std::vector<std::uint32_t> ids = driven.fleet.ready_ids();
  driven.fleet.instance(ids[0]).load = 2;
  driven.fleet.instance(ids[1]).load = 1;
  driven.fleet.instance(ids[2]).idle_since = 190;
  driven.fleet.instance(ids[3]).idle_since = 180;
  driven.order(3);
  CHECK(driven.is(3, 0, 0, 0));
  CHECK(driven.fleet.instance(ids[3]).state == Fleet::State::absent);
  driven.order(1);
  CHECK(driven.fleet.instance(ids[2]).state == Fleet::State::absent);
  CHECK(driven.fleet.instance(ids[1]).state == Fleet::State::stopping);
  CHECK(driven.is(1, 0, 0, 0, 1));
  driven.run_to(1000);
  CHECK(driven.is(1, 0, 0, 0, 1));  // what was given up never gets ready
}

TEST_CASE("with a time to keep idle ones a surplus stays until it was idle that long") {
  Driven driven(slow_start());
  driven.order(3);
  driven.run_to(200);
  const std::vector<std::uint32_t> ids = driven.fleet.ready_ids();
  driven.fleet.instance(ids[0]).load = 1;
  driven.fleet.instance(ids[1]).idle_since = 150;
  driven.fleet.instance(ids[2]).idle_since = 190;
  driven.order(1, 0, 60);
  CHECK(driven.is(3, 0, 0, 0));
  driven.run_to(215);
  driven.order(1, 0, 60);
  CHECK(driven.is(2, 0, 0, 0));
  CHECK(driven.fleet.instance(ids[1]).state == Fleet::State::absent);
}

TEST_CASE("what ended is replaced, and a notice leaves time") {
  Driven driven(slow_start());
  driven.order(2);
  driven.run_to(200);
  const std::uint32_t id = driven.fleet.ready_ids()[0];
  driven.fleet.instance(id).load = 1;
  driven.fleet.give_notice(200, id);
  driven.starts.remind(260, id);
  driven.fleet.balance(200);
  CHECK(driven.is(1, 1, 0, 0, 1));
  driven.run_to(260);
  CHECK(driven.starts.notice_over == std::vector<std::uint32_t>{id});
  driven.fleet.end(260, id);
  driven.run_to(350);
  CHECK(driven.is(2, 0, 0, 0));
}

TEST_CASE("no more instances than the most are there at once, the pool included") {
  FleetSettings settings = slow_start();
  settings.max_instances = 5;
  Driven driven(settings);
  driven.order(4, 4);
  CHECK(driven.is(1, 3, 0, 1));
  driven.order(9, 4);
  driven.run_to(200);
  CHECK(driven.is(4, 0, 1, 0));
  driven.order(9, 4);  // the one in the pool is there already
  driven.run_to(300);
  CHECK(driven.is(5, 0, 0, 0));
}
