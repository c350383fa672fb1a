#include "planner/policies/windowed_mean.h"

#include <doctest/doctest.h>

using namespace mlplan::planner;

TEST_CASE("a mean is over the window, or over all there was") {
  WindowedMean mean(60);
  CHECK(mean.over(60) == 0);
  mean.add(2, 10);
  CHECK(mean.over(60) == 5);
  double integral = 10;
  for (int t = 4; t <= 200; t += 2) {
    integral += t > 100 ? 6 : 2;
    mean.add(t, integral);
    if (t == 106) {
      CHECK(mean.over(6) == 3);
      CHECK(mean.over(60) == (54 * 1.0 + 6 * 3) / 60);
    }
  }
  CHECK(mean.over(60) == 3);
  CHECK(mean.over(3) == 3);  // from the observation before the window's start on
}
