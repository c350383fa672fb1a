#include "planner/queueing/spares.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace mlplan;
using namespace mlplan::planner;

TEST_CASE("a pool misses as the published tables say, with lost sales and with backlog") {
  for (const auto& [size, share] : {std::pair{4, .20611}, {6, .05216}, {8, .00813}, {9, .00270}}) {
    CHECK(std::abs(pool_miss_share(size, 3) - share) < 6e-6);
  }
  for (const auto& [size, share] : {std::pair{4, .3528}, {6, .0839}, {8, .0119}}) {
    CHECK(std::abs(pool_miss_share(size, 3, MissedDraw::waits_for_refill) - share) < 6e-5);
  }
  CHECK(pool_size(0.01, 3) == 8);
  CHECK(pool_size(0.0119, 3, MissedDraw::waits_for_refill) == 9);
  CHECK(pool_size(0.012, 3, MissedDraw::waits_for_refill) == 8);
  CHECK(pool_miss_share(0, 3, MissedDraw::waits_for_refill) == 1);
  CHECK(pool_size(0.01, 0) == 1);  // even a single draw must find one
  CHECK(std::isnan(pool_miss_share(-1, 3)));
}

TEST_CASE("spares for failures are the fewest that are enough") {
  CHECK(std::abs(availability(99, 1) - 0.99) < 1e-12);
  CHECK(availability(INFINITY, 5) == 1);
  // By hand: P(at least 2 of 3 work) = 0.9^3 + 3 x 0.9^2 x 0.1.
  CHECK(std::abs(probability_enough(2, 3, 0.9) - 0.972) < 1e-12);
  CHECK(probability_enough(3, 2, 0.9) == 0);
  CHECK(probability_enough(0, 0, 0.5) == 1);
  for (const std::int64_t needed : {1, 8, 100}) {
    const auto spares = spares_for_failures(needed, 0.98, 0.9999);
    REQUIRE(spares);
    CHECK(probability_enough(needed, needed + *spares, 0.98) >= 0.9999);
    CHECK(probability_enough(needed, needed + *spares - 1, 0.98) < 0.9999);
  }
  CHECK(spares_for_failures(5, 1, 0.999) == 0);
  CHECK_FALSE(spares_for_failures(5, 0, 0.999));
  CHECK_FALSE(spares_for_failures(5, 0.9, 1));
}

TEST_CASE("after a zone is lost enough are left") {
  for (const std::int64_t zones : {2, 3, 4}) {
    for (std::int64_t needed = 1; needed <= 30; ++needed) {
      const std::int64_t instances = instances_for_zone_loss(needed, zones);
      CHECK(instances == static_cast<std::int64_t>(
                             std::ceil(static_cast<double>(needed * zones) / static_cast<double>(zones - 1) - 1e-9)));
    }
  }
  CHECK(instances_for_zone_loss(4, 3) == 6);
}

TEST_CASE("the newsvendor's stock costs no more than any other") {
  std::vector<double> demand;
  for (int i = 0; i < 97; ++i) demand.push_back(i * i % 41 - 5);
  for (const auto& [spare, miss] : {std::pair{1.0, 3.0}, {1.0, 50.0}, {1.0, 1000.0}, {5.0, 6.0}}) {
    const double best = newsvendor(demand, spare, miss);
    for (int stock = 0; stock < 50; ++stock) {
      CHECK(stock_cost(demand, best, spare, miss) <= stock_cost(demand, stock, spare, miss) + 1e-9);
    }
  }
  CHECK(newsvendor(demand, 3, 2) == 0);
  CHECK(newsvendor({}, 1, 2) == 0);
}
