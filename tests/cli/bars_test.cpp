#include "cli/views/bars.h"

#include <doctest/doctest.h>

using namespace mlplan::cli;

TEST_CASE("a bar begins at its offset and keeps eighths of a column") {
  CHECK(bar_on_axis(0, 1, 4) == "████");
  CHECK(bar_on_axis(0.5, 1, 4) == "  ██");
  CHECK(bar_on_axis(0.25, 0.5 + 0.125, 4) == " █▌");
}

TEST_CASE("the shortest phase is still visible, also at the very end of the axis") {
  CHECK(bar_on_axis(0, 1e-9, 10) == "▏");
  CHECK(bar_on_axis(1.0, 1.0 + 1e-9, 4) == "   ▏");
}

TEST_CASE("a phase without duration has no bar, and a bar never leaves its columns") {
  CHECK(bar_on_axis(0.3, 0.3, 10) == "");
  CHECK(bar_on_axis(0, 7, 4) == "████");
  CHECK(bar_of(2.0, 3, "░") == "░░░");
}

TEST_CASE("a row of bars is as high as the values, and what is not 0 is visible") {
  CHECK(bar_row({1, 2, 4, 8}) == "▁▂▄█");
  CHECK(bar_row({0, 1, 1000}) == " ▁█");
  CHECK(bar_row({0, 0}) == "  ");
  CHECK(bar_row({}) == "");
}

TEST_CASE("a progress bar is full at one and empty at zero") {
  CHECK(progress_bar(0, 4) == "░░░░");
  CHECK(progress_bar(0.5, 4) == "██░░");
  CHECK(progress_bar(1, 4) == "████");
}
