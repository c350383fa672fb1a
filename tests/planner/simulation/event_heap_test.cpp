#include "planner/simulation/event_heap.h"

#include <doctest/doctest.h>

#include <cmath>
#include <set>

#include "planner/simulation/random_streams.h"

using namespace mlplan::planner;

namespace {

struct Event {
  double time = 0;
};

}  // namespace

TEST_CASE("the soonest event is on top, whatever is pushed, popped and replaced") {
  EventHeap<Event> heap;
  CHECK(std::isinf(heap.next_time()));
  std::multiset<double> expected;
  pcg64 random = random_stream(2, 0, 0);
  for (int i = 0; i < 20'000; ++i) {
    const auto time = static_cast<double>(random() % 1000);
    const auto what = random() % 3;
    if (what == 0 || expected.empty()) {
      heap.push({time});
      expected.insert(time);
    } else if (what == 1) {
      heap.pop();
      expected.erase(expected.begin());
    } else {
      heap.replace_top({time});
      expected.erase(expected.begin());
      expected.insert(time);
    }
    REQUIRE(heap.size() == expected.size());
    if (!expected.empty()) REQUIRE(heap.top().time == *expected.begin());
  }
}
