#include "planner/simulation/start_ups.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace mlplan::planner;

namespace {

// The time at which each load ends, in order.
std::vector<double> ends(StartUps& start_ups) {
  std::vector<double> times;
  while (!std::isinf(start_ups.next_time())) {
    const double now = start_ups.next_time();
    start_ups.pop(now);
    start_ups.count_finished(now);
    times.push_back(now);
  }
  return times;
}

void check_near(const std::vector<double>& seen, const std::vector<double>& expected) {
  REQUIRE(seen.size() == expected.size());
  for (std::size_t i = 0; i < seen.size(); ++i) CHECK(std::abs(seen[i] - expected[i]) < 1e-9);
}

}  // namespace

TEST_CASE("loads of machines of their own take their time") {
  StartUps start_ups({});
  start_ups.add(1, 10, 0, 0);
  start_ups.add(2, 5, 1, 0);
  check_near(ends(start_ups), {7, 11});
}

TEST_CASE("loads that start together take as much longer as was measured, and more than that beyond the list") {
  for (const auto& [count, factor] : {std::pair<std::uint32_t, double>{1, 1}, {2, 1.9}, {3, 2.8}, {5, 4.6}}) {
    CAPTURE(count);
    StartUps start_ups({1, 1.9, 2.8});
    for (std::uint32_t i = 0; i < count; ++i) start_ups.add(0, 10, i, 0);
    check_near(ends(start_ups), std::vector<double>(count, 10 * factor));
  }
}

TEST_CASE("a load is slowed only while another one runs") {
  StartUps start_ups({1, 2});
  start_ups.add(0, 10, 0, 0);
  start_ups.add(4, 2, 1, 0);  // 4 s alone, then both at half speed until the second is done at 8
  check_near(ends(start_ups), {8, 12});
}

TEST_CASE("a load goes on at the least slowdown while that is more than what other loads cost it") {
  StartUps start_ups({1, 2});
  start_ups.add(0, 10, 0, 0);
  start_ups.set_least_slowdown(2, 4);  // 2 s of work are done, 1 more until 6
  start_ups.set_least_slowdown(6, 0);
  check_near(ends(start_ups), {13});
}

TEST_CASE("one that is given up slows nobody any more") {
  StartUps start_ups({1, 2});
  start_ups.add(0, 10, 0, 0);
  start_ups.add(0, 8, 1, 0);
  start_ups.cancel(6);  // 3 s of work are done
  const double now = start_ups.next_time();
  CHECK(std::abs(now - 11) < 1e-9);  // the one given up comes out, and is not counted
  CHECK(start_ups.pop(now).instance == 1);
  CHECK(std::abs(start_ups.next_time() - 13) < 1e-9);
}
