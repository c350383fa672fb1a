#include "planner/pool/idle_histogram.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace mlplan::planner;

TEST_CASE("a model that comes back regularly is loaded a little before and kept a little longer") {
  IdleHistogram idle({});
  for (int i = 0; i < 20; ++i) idle.add(30 * 60 + 5);
  CHECK(idle.representative());
  // The bin of minute 30 is [30, 31): 10 % before its beginning, 10 % after its end.
  CHECK(std::abs(idle.stay().from_s - 27 * 60) < 1e-9);
  CHECK(std::abs(idle.stay().until_s - 34.1 * 60) < 1e-9);
}

TEST_CASE("head and tail are quantiles, so that a few strays at the ends do not count") {
  IdleHistogram idle({});
  for (int i = 0; i < 4; ++i) idle.add(10);
  for (int i = 0; i < 96; ++i) idle.add(20 * 60);
  CHECK(std::abs(idle.stay().from_s - 18 * 60) < 1e-9);
  idle.add(200 * 60);  // 1 of 101
  CHECK(std::abs(idle.stay().until_s - 21 * 66) < 1e-9);
  idle.add(10);
  idle.add(10);  // 6 of 103: now the head is within the first minute, and nothing is unloaded
  CHECK(idle.stay().from_s == 0);
}

TEST_CASE("a histogram that is even, empty, or mostly outside of its range falls back to a fixed time") {
  IdleHistogram empty({});
  CHECK_FALSE(empty.representative());
  CHECK(empty.stay().from_s == 0);
  CHECK(empty.stay().until_s == 4 * 3600);

  IdleHistogram even({.fallback_keep_s = 600});
  for (int minute = 0; minute < 240; ++minute) even.add(60 * minute);
  CHECK_FALSE(even.representative());
  CHECK(even.stay().until_s == 600);

  // k full of 240 bins vary by sqrt(240 / k - 1): 2 at 48.
  IdleHistogram bins({});
  for (int minute = 0; minute < 48; ++minute) bins.add(60 * minute);
  CHECK(bins.representative());
  bins.add(60 * 48);
  CHECK_FALSE(bins.representative());

  IdleHistogram outside({});
  outside.add(60);
  outside.add(60 * 240);
  CHECK_FALSE(outside.representative());
  outside.add(60);
  CHECK(outside.representative());
}
