#include "planner/queueing/two_moment.h"

#include <doctest/doctest.h>

#include <cmath>

#include "planner/queueing/deterministic_queue.h"

using namespace mlplan::planner;

TEST_CASE("every approximation is exact for M/M/c") {
  const DelayQueue queue{9, 1, 10};
  CHECK(std::abs(kimura_mean_wait(queue, 1) - mean_wait(queue)) < 1e-12);
  CHECK(std::abs(tijms_mean_wait(queue, 1) - mean_wait(queue)) < 1e-12);
  CHECK(std::abs(allen_cunneen_mean_wait(queue, 1, 1) - mean_wait(queue)) < 1e-12);
  CHECK(std::abs(whitt_mean_wait(queue, 1, 1) - mean_wait(queue)) < 1e-12);
}

TEST_CASE("one server with general service is Pollaczek and Khinchine's") {
  const DelayQueue queue{0.7, 1, 1};
  for (const double scv : {0.0, 0.3, 1.0, 4.0}) {
    CAPTURE(scv);
    const double exact = (1 + scv) / 2 * mean_wait(queue);
    if (scv <= 1) CHECK(std::abs(kimura_mean_wait(queue, scv) - exact) < 1e-12);
    CHECK(std::abs(tijms_mean_wait(queue, scv) - exact) < 1e-12);
    CHECK(std::abs(allen_cunneen_mean_wait(queue, 1, scv) - exact) < 1e-12);
  }
}

TEST_CASE("constant service is within 3 % of the exact M/D/c for up to 20 servers at 70-95 %") {
  for (const std::int64_t servers : {1, 2, 5, 10, 20}) {
    for (const double utilisation : {0.7, 0.9, 0.95}) {
      CAPTURE(servers);
      CAPTURE(utilisation);
      const double rate = utilisation * static_cast<double>(servers);
      const double exact = solve(DeterministicQueue{rate, 1, servers}).mean_wait;
      CHECK(std::abs(deterministic_mean_wait({rate, 1, servers}) / exact - 1) < 0.03);
      CHECK(std::abs(kimura_mean_wait({rate, 1, servers}, 0) / exact - 1) < 0.03);
      CHECK(std::abs(whitt_mean_wait({rate, 1, servers}, 1, 0) / exact - 1) < 0.03);
    }
  }
}

TEST_CASE("waits rise with either variation, and vanish with both") {
  const DelayQueue queue{8, 1, 10};
  for (const double fixed : {0.5, 1.0, 3.0}) {
    double before = 0;
    for (const double scv : {0.25, 0.5, 1.0, 2.0, 4.0}) {
      CHECK(whitt_mean_wait(queue, scv, fixed) > before);
      before = whitt_mean_wait(queue, scv, fixed);
    }
  }
  CHECK(whitt_mean_wait(queue, 0, 0) == 0);
  CHECK(std::isinf(whitt_mean_wait({10, 1, 10}, 1, 1)));
  CHECK(std::isnan(kimura_mean_wait(queue, 1.5)));
  CHECK(std::isnan(whitt_mean_wait(queue, -1, 1)));
}
