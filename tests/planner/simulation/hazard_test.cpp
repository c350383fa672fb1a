#include "planner/simulation/hazard.h"

#include <doctest/doctest.h>

#include <cmath>

#include "planner/simulation/random_streams.h"

using namespace mlplan::planner;

TEST_CASE("events come at the rate of the number there is, however it changes") {
  pcg64 random = random_stream(4, 0, 0);
  Hazard hazard(10, random);
  CHECK(std::isinf(hazard.next_time()));
  double now = 0;
  double exposed = 0;
  int events = 0;
  double number = 5;
  hazard.set_number(0, number);
  for (double change = 0.5; events < 20'000; change += 0.5) {
    while (hazard.next_time() <= change) {
      exposed += number * (hazard.next_time() - now);
      now = hazard.next_time();
      hazard.renew(now, random);
      ++events;
    }
    exposed += number * (change - now);
    now = change;
    number = static_cast<double>(random() % 9);
    hazard.set_number(now, number);
  }
  CHECK(std::abs(events / (exposed / 10) - 1) < 4 / std::sqrt(20'000));
  Hazard never(std::numeric_limits<double>::infinity(), random);
  never.set_number(0, 100);
  CHECK(std::isinf(never.next_time()));
}
