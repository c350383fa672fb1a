#include "planner/queueing/batch_bound.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace mlplan::planner;

TEST_CASE("the bound has the published value") {
  CHECK(std::abs(mean_response_bound({.base_time = 1, .time_per_request = 0.5}, 1) - 3.833) < 5e-4);
}

TEST_CASE("an idle server takes one request's time, an overloaded one for ever") {
  CHECK(std::abs(mean_response_bound({1, 0.5}, 1e-9) - 1.5) < 1e-6);
  CHECK(std::isinf(mean_response_bound({1, 0.5}, 2)));
  CHECK(std::isnan(mean_response_bound({-1, 0.5}, 1)));
  CHECK(capacity({1, 0.5}, 8) == 1.6);
}
