#include "planner/policies/follow.h"

#include <doctest/doctest.h>

using namespace mlplan;
using namespace mlplan::planner;

namespace {

// Ten a second each: 10, 20, 30, ...
FollowSettings ten_each() {
  return {.rates = {10, 20, 30, 40, 50, 60, 70, 80, 90, 100}, .capacity_per_s = 20, .drain_s = 10};
}

// A fleet whose arrivals come evenly at a rate that is given.
class Driver {
 public:
  explicit Driver(const FollowSettings& settings) : policy_(settings) {}

  std::int64_t step(double rate_per_s, std::int64_t queued = 0) {
    time_s_ += policy_.interval_s();
    arrivals_ += rate_per_s * policy_.interval_s();
    Observation observation{.time_s = time_s_};
    observation.queued = queued;
    observation.totals.arrivals = static_cast<std::int64_t>(arrivals_ + 0.5);
    return policy_.decide(observation).desired;
  }
  std::int64_t run(double seconds, double rate_per_s) {
    std::int64_t desired = 0;
    for (double t = 0; t < seconds - 1e-9; t += policy_.interval_s()) desired = step(rate_per_s);
    return desired;
  }
  // Seconds at the rate until `desired` is ordered.
  double until(std::int64_t desired, double rate_per_s) {
    double seconds = policy_.interval_s();
    while (step(rate_per_s) != desired && seconds < 10'000) seconds += policy_.interval_s();
    return seconds;
  }

 private:
  FollowPolicy policy_;
  double time_s_ = 0;
  double arrivals_ = 0;
};

}  // namespace

TEST_CASE("instances for a rate are the fewest of the table, at least one") {
  const std::vector<double> rates = {10, 25, 40};
  CHECK(instances_for(rates, 0) == 1);
  CHECK(instances_for(rates, 10) == 1);
  CHECK(instances_for(rates, 10.01) == 2);
  CHECK(instances_for(rates, 25) == 2);
  CHECK(instances_for(rates, 40) == 3);
}

TEST_CASE("beyond the table each instance more serves as much as its last step") {
  const std::vector<double> rates = {10, 25, 40};
  CHECK(instances_for(rates, 40.1) == 4);
  CHECK(instances_for(rates, 55) == 4);
  CHECK(instances_for(rates, 55.1) == 5);
  CHECK(instances_for(rates, 400) == 27);
  CHECK(instances_for({10}, 95) == 10);
}

TEST_CASE("a steady rate is served by the table's count and the spares on top") {
  FollowSettings settings = ten_each();
  CHECK(Driver(settings).run(600, 34) == 4);
  settings.spares = 3;
  CHECK(Driver(settings).run(600, 34) == 7);
}

TEST_CASE("nothing comes: one instance, or the lowest that is allowed") {
  FollowSettings settings = ten_each();
  CHECK(Driver(settings).run(600, 0) == 1);
  settings.lowest = 2;
  CHECK(Driver(settings).run(600, 0) == 2);
}

TEST_CASE("the highest that is allowed is never passed") {
  FollowSettings settings = ten_each();
  settings.highest = 5;
  settings.spares = 2;
  CHECK(Driver(settings).run(600, 95) == 5);
}

TEST_CASE("a step up is followed in full within the short window") {
  FollowSettings settings = ten_each();
  Driver fleet(settings);
  CHECK(fleet.run(600, 20) == 2);
  CHECK(fleet.until(9, 90) == settings.short_window_s);
}

TEST_CASE("the short window counts only where it is above the long one by more than noise") {
  FollowSettings settings = ten_each();
  Driver fleet(settings);
  CHECK(fleet.run(600, 29) == 3);
  // Two standard errors of 29 a second over 15 s are 2.8: at 31.5 a second the long window decides, a minute later.
  CHECK(fleet.step(31.5) == 3);
  CHECK(fleet.step(31.5) == 3);
  CHECK(fleet.step(31.5) == 3);
  CHECK(fleet.run(60, 31.5) == 4);
}

TEST_CASE("on the way down the most that was wanted is held") {
  FollowSettings settings = ten_each();
  Driver fleet(settings);
  CHECK(fleet.run(600, 80) == 8);
  const double held = fleet.until(1, 5);
  CHECK(held >= settings.hold_s);
  CHECK(held <= settings.hold_s + settings.long_window_s + settings.interval_s);
}

TEST_CASE("a fall is followed in the order it came, each count held for as long") {
  FollowSettings settings = ten_each();
  Driver fleet(settings);
  fleet.run(600, 80);
  fleet.run(150, 50);
  // 80 was last wanted some 150 s ago, 50 is wanted until now.
  const double to_fifty = fleet.until(5, 5);
  CHECK(to_fifty <= settings.hold_s - 150 + settings.long_window_s + settings.interval_s);
  CHECK(to_fifty >= settings.hold_s - 150);
  CHECK(fleet.until(1, 5) > 60);
}

TEST_CASE("what waits asks for as many instances as answer it within the drain time") {
  Driver fleet(ten_each());  // one answers 20 a second: 200 within the drain time
  CHECK(fleet.run(600, 20) == 2);
  CHECK(fleet.step(20, 150) == 2);  // the two that run have room for it
  CHECK(fleet.step(20, 600) == 5);
  CHECK(fleet.step(20, 0) == 5);  // held
}

TEST_CASE("a forecast leads by start-up and detection, and is never below what comes") {
  FollowSettings settings = ten_each();
  settings.forecast = RateSeries{.rate_per_s = {15, 75, 15}, .interval_s = 1200};
  settings.lead_s = 100;
  Driver fleet(settings);
  CHECK(fleet.run(1095, 15) == 2);
  CHECK(fleet.step(15) == 8);       // 1100 s: the step is a lead away
  CHECK(fleet.run(395, 95) == 10);  // more comes than was forecast
}

TEST_CASE("a forecast sees a peak that is shorter than its lead, from where its window begins") {
  FollowSettings settings = ten_each();
  settings.forecast = RateSeries{.rate_per_s = {5, 5, 65, 5, 5, 5}, .interval_s = 20};
  settings.lead_s = 100;
  CHECK(Driver(settings).step(5) == 7);
  settings.forecast_from_s = 60;  // the peak is over
  CHECK(Driver(settings).step(5) == 1);
}
