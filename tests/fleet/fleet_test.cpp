#include "fleet/fleet.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

using namespace mlplan;

namespace {

// Does nothing by itself but remember what it was asked; the test says when an instance is there.
class FakeDriver : public FleetDriver {
 public:
  void begin_load(double now, std::uint32_t id, bool into_pool) override {
    asked.push_back((into_pool ? "fill " : "load ") + std::to_string(id));
    if (at_once) at_once->loaded(now, id);
  }
  void leave_pool(double now, std::uint32_t id) override {
    asked.push_back("draw " + std::to_string(id));
    if (at_once) at_once->drawn(now, id);
  }
  void ended(double, std::uint32_t id) override { asked.push_back("end " + std::to_string(id)); }

  std::vector<std::string> asked;
  Fleet* at_once = nullptr;  // a fleet whose instances take no time
};

using Asked = std::vector<std::string>;
using Ids = std::vector<std::uint32_t>;

struct Driven {
  explicit Driven(const FleetLimits& limits) : fleet(limits, driver) {
    fleet.begin();
    fleet.became_ready.clear();
  }
  Asked asked() { return std::exchange(driver.asked, {}); }
  bool is(std::int64_t ready, std::int64_t loading, std::int64_t pooled, std::int64_t filling,
          std::int64_t stopping = 0) const {
    const InstanceCounts counts = fleet.counts();
    return counts.ready == ready && counts.loading == loading && counts.pooled == pooled && counts.filling == filling &&
           counts.stopping == stopping;
  }

  FakeDriver driver;
  Fleet fleet;
};

}  // namespace

TEST_CASE("a fleet begins with its ready ones, then its pool, and asks nothing for them") {
  FakeDriver driver;
  Fleet fleet({.initial_instances = 2, .initial_pool = 1}, driver);
  fleet.begin();
  CHECK(fleet.became_ready == Ids{0, 1});
  CHECK(fleet.instance(2).state == Fleet::State::pooled);
  CHECK(driver.asked.empty());
  CHECK(fleet.most() == 3);
}

TEST_CASE("orders up start instances, which are ready once the driver says so, and orders down stop them") {
  Driven driven({.initial_instances = 1});
  driven.fleet.order(10, {.desired = 3});
  CHECK(driven.asked() == Asked{"load 1", "load 2"});
  CHECK(driven.is(1, 2, 0, 0));
  driven.fleet.loaded(14, 2);
  CHECK(driven.fleet.became_ready == Ids{2});
  CHECK(driven.fleet.loading_until(20) == 20);
  driven.fleet.loaded(16, 1);
  CHECK(driven.fleet.loading_until(20) == 16);
  driven.fleet.instance(1).load = 1;
  driven.fleet.became_ready.clear();

  driven.fleet.order(20, {.desired = 1});
  CHECK(driven.fleet.left_service == Ids{0, 2});  // idle longest first; the busy one stays
  CHECK(driven.is(1, 0, 0, 0, 2));
  CHECK(driven.asked().empty());
  driven.fleet.finished(21, 0);
  CHECK(driven.asked() == Asked{"end 0"});
  CHECK(driven.fleet.left_service == Ids{2});
  CHECK(driven.fleet.events().stops == 2);
  const InstanceSeconds seconds = driven.fleet.seconds(21);
  CHECK(std::abs(seconds.loading - (6 + 4)) < 1e-9);
  CHECK(std::abs(seconds.ready - (20 + 5 + 6)) < 1e-9);
  CHECK(std::abs(seconds.stopping - 2) < 1e-9);
}

TEST_CASE("what is not ready yet is given up first, the newest before others, and its driver is told") {
  Driven driven({.initial_instances = 1});
  driven.fleet.order(0, {.desired = 2});
  driven.fleet.order(1, {.desired = 3});
  driven.asked();
  driven.fleet.order(2, {.desired = 2});
  CHECK(driven.asked() == Asked{"end 2"});
  CHECK(driven.fleet.events().cancelled == 1);
  driven.fleet.order(3, {.desired = 3});
  CHECK(driven.asked() == Asked{"load 2"});  // a place is used again, as another generation
  CHECK(driven.fleet.instance(2).generation == 1);
}

TEST_CASE("a draw takes from the pool, and the pool is filled again") {
  Driven driven({.initial_instances = 1, .initial_pool = 1});
  driven.fleet.order(0, {.desired = 2, .pool = 1});
  CHECK(driven.asked() == Asked{"draw 1", "fill 2"});
  CHECK(driven.is(1, 1, 0, 1));
  driven.fleet.drawn(1, 1);
  CHECK(driven.fleet.became_ready == Ids{1});
  driven.fleet.loaded(9, 2);
  CHECK(driven.is(2, 0, 1, 0));
  CHECK(driven.fleet.events().draws == 1);
  CHECK(driven.fleet.events().misses == 0);
  CHECK(driven.fleet.events().fills == 1);
  driven.fleet.order(10, {.desired = 2, .pool = 0});
  CHECK(driven.asked() == Asked{"end 2"});
  CHECK(driven.is(2, 0, 0, 0));
}

TEST_CASE("a draw that finds the pool empty starts cold or waits for the next refill, as the limits say") {
  Driven cold({.initial_instances = 1, .initial_pool = 1});
  cold.fleet.order(0, {.desired = 3, .pool = 1});
  CHECK(cold.asked() == Asked{"draw 1", "load 2", "fill 3"});
  CHECK(cold.fleet.events().misses == 1);
  CHECK(cold.fleet.events().cold_starts == 1);

  Driven waiting({.initial_instances = 1, .initial_pool = 1, .missed_draw = MissedDraw::waits_for_refill});
  waiting.fleet.order(0, {.desired = 3, .pool = 1});
  CHECK(waiting.asked() == Asked{"draw 1", "fill 2", "fill 3"});
  CHECK(waiting.is(1, 2, 0, 2));
  CHECK(waiting.fleet.events().misses == 1);
  CHECK(waiting.fleet.events().cold_starts == 0);
  waiting.fleet.loaded(5, 3);  // the first refill there is goes to the one that waits
  CHECK(waiting.asked() == Asked{"draw 3"});
  waiting.fleet.loaded(6, 2);
  CHECK(waiting.is(1, 2, 1, 0));
  waiting.fleet.order(7, {.desired = 4, .pool = 1});
  waiting.fleet.order(7, {.desired = 5, .pool = 1});  // waits again
  CHECK(waiting.is(1, 4, 0, 2));
  waiting.fleet.order(8, {.desired = 4, .pool = 1});  // it need not, nor be filled for
  CHECK(waiting.is(1, 3, 0, 1));
}

TEST_CASE("with a time to keep idle ones a surplus stays until it was idle that long") {
  Driven driven({.initial_instances = 3});
  driven.fleet.instance(0).load = 1;
  driven.fleet.instance(1).idle_since = 150;
  driven.fleet.instance(2).idle_since = 190;
  driven.fleet.order(200, {.desired = 1, .keep_idle_s = 60});
  CHECK(driven.is(3, 0, 0, 0));
  driven.fleet.order(210, {.desired = 1, .keep_idle_s = 60});
  CHECK(driven.fleet.left_service == Ids{1});
}

TEST_CASE("no more than the most are there at once, those that still stop and the pool included") {
  Driven driven({.initial_instances = 2, .max_instances = 3});
  driven.fleet.instance(0).load = 1;
  driven.fleet.instance(1).load = 1;
  driven.fleet.order(0, {.desired = 1});
  CHECK(driven.is(1, 0, 0, 0, 1));
  driven.fleet.order(1, {.desired = 5, .pool = 5});
  CHECK(driven.is(1, 1, 0, 0, 1));
  driven.fleet.finished(2, driven.fleet.left_service.at(0));
  driven.fleet.balance(2);
  CHECK(driven.is(1, 2, 0, 0));
}

TEST_CASE("one that ends before it was ever ready is replaced, in whatever state it was") {
  Driven driven({.initial_instances = 1, .initial_pool = 2});
  driven.fleet.order(0, {.desired = 2, .pool = 2});
  CHECK(driven.asked() == Asked{"draw 2", "fill 3"});
  const auto die = [&](double now, std::uint32_t id) {
    driven.fleet.end(now, id);
    driven.fleet.balance(now);
  };
  die(1, 1);  // pooled
  CHECK(driven.asked() == Asked{"end 1", "fill 1"});
  die(2, 3);  // filling
  CHECK(driven.asked() == Asked{"end 3", "fill 3"});
  die(3, 2);  // on its way out of the pool, which is empty: a miss
  CHECK(driven.asked() == Asked{"end 2", "load 2"});
  CHECK(driven.fleet.events().misses == 1);
  die(4, 2);  // loading
  CHECK(driven.asked() == Asked{"end 2", "load 2"});
  CHECK(driven.is(1, 1, 0, 2));
  driven.fleet.loaded(5, 1);
  driven.fleet.loaded(5, 3);
  driven.fleet.loaded(5, 2);
  CHECK(driven.is(2, 0, 2, 0));
  driven.asked();
  driven.fleet.order(6, {.desired = 4, .pool = 0});  // both in the pool are drawn: the dead one is not among them
  CHECK(driven.asked() == Asked{"draw 3", "draw 1"});
}

TEST_CASE("one that ends ready or stopping leaves the lists and is replaced only if it was wanted") {
  Driven driven({.initial_instances = 2});
  driven.fleet.order(0, {.desired = 3});
  driven.fleet.loaded(1, 2);
  driven.fleet.end(1, 2);
  CHECK(driven.fleet.became_ready.empty());
  driven.fleet.balance(1);
  driven.fleet.loaded(2, 2);
  driven.fleet.became_ready.clear();
  driven.fleet.instance(2).load = 1;
  driven.fleet.give_notice(3, 2);
  driven.fleet.balance(3);
  CHECK(driven.fleet.left_service == Ids{2});
  CHECK(driven.is(2, 1, 0, 0, 1));
  driven.asked();
  driven.fleet.end(4, 2);
  CHECK(driven.fleet.left_service.empty());
  driven.fleet.balance(4);
  CHECK(driven.asked() == Asked{"end 2"});
  CHECK(driven.is(2, 1, 0, 0));
}

TEST_CASE("instances that take no time are there when the order returns") {
  Driven driven({.initial_instances = 0, .missed_draw = MissedDraw::waits_for_refill});
  driven.driver.at_once = &driven.fleet;
  driven.fleet.order(0, {.desired = 2, .pool = 1});
  CHECK(driven.is(2, 0, 1, 0));
  CHECK(driven.fleet.became_ready == Ids{0, 1});
  CHECK(driven.asked() == Asked{"fill 0", "draw 0", "fill 1", "draw 1", "fill 2"});
  driven.fleet.order(1, {.desired = 3, .pool = 1});
  CHECK(driven.is(3, 0, 1, 0));
  CHECK(std::isinf(driven.fleet.loading_until(5)));
}
