#include "fleet/least_loaded.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "planner/simulation/random_streams.h"

using namespace mlplan::planner;

TEST_CASE("the first is one of the least loaded, and turns are taken among equals") {
  LeastLoaded least;
  CHECK(least.first() == LeastLoaded::kNone);
  for (std::uint32_t id = 0; id < 3; ++id) least.add(id, 0);
  CHECK(least.first() == 0);
  least.change(0, 1);
  CHECK(least.first() == 1);
  least.change(1, 1);
  least.change(0, -1);
  CHECK(least.first() == 2);
  least.remove(2);
  least.remove(2);
  least.change(2, 5);
  CHECK(least.first() == 0);

  std::map<std::uint32_t, int> loads = {{0, 0}, {1, 1}};
  pcg64 random = random_stream(3, 0, 0);
  for (int i = 0; i < 20'000; ++i) {
    const auto id = static_cast<std::uint32_t>(random() % 20);
    const auto found = loads.find(id);
    if (found == loads.end()) {
      loads[id] = static_cast<int>(random() % 4);
      least.add(id, loads[id]);
    } else if (random() % 10 == 0) {
      loads.erase(found);
      least.remove(id);
    } else {
      const int by = found->second > 0 && random() % 2 ? -1 : 1;
      found->second += by;
      least.change(id, by);
    }
    if (loads.empty()) {
      REQUIRE(least.first() == LeastLoaded::kNone);
    } else {
      int lowest = loads.begin()->second;
      for (const auto& [key, load] : loads) lowest = std::min(lowest, load);
      REQUIRE(loads.at(least.first()) == lowest);
    }
  }
}
