#include "planner/simulation/request_queue.h"

#include <doctest/doctest.h>

#include <deque>

#include "planner/simulation/random_streams.h"

using namespace mlplan::planner;

TEST_CASE("the ring does what a deque does") {
  RequestQueue queue;
  std::deque<double> expected;
  pcg64 random = random_stream(1, 1, 1);
  for (int i = 0; i < 20'000; ++i) {
    const auto what = random() % 5;
    if (what < 2 || (what == 4 && i % 1000 < 500)) {
      queue.push_back(i);
      expected.push_back(i);
    } else if (what == 2) {
      queue.push_front(i);
      expected.push_front(i);
    } else if (!expected.empty()) {
      REQUIRE(queue.front() == expected.front());
      REQUIRE(queue.pop_front() == expected.front());
      expected.pop_front();
    }
    REQUIRE(queue.size() == expected.size());
    REQUIRE(queue.empty() == expected.empty());
  }
  CHECK(expected.size() > 16);
}
