#include "cli/views/numbers.h"

#include <doctest/doctest.h>

#include <limits>

using namespace mlplan;
using namespace mlplan::cli;

TEST_CASE("durations take the unit in which they are at least one") {
  CHECK(format(812, Unit::duration) == "812 ns");
  CHECK(format(1'240'000, Unit::duration) == "1.24 ms");
  CHECK(format(999.6e6, Unit::duration) == "1.00 s");
  CHECK(format(59.94e9, Unit::duration) == "59.9 s");
  CHECK(format(252e9, Unit::duration) == "4m 12s");
  CHECK(format(7500e9, Unit::duration) == "2h 05m");
  CHECK(format(0, Unit::duration) == "0 ns");
}

TEST_CASE("sizes are in powers of 1024, counts and rates in powers of 1000") {
  CHECK(format(512, Unit::bytes) == "512 B");
  CHECK(format(102'551'000, Unit::bytes) == "97.8 MiB");
  CHECK(format(32'212'254'720.0, Unit::bytes) == "30.0 GiB");
  CHECK(format(7, Unit::count) == "7");
  CHECK(format(250'532, Unit::count) == "251k");
  CHECK(format(25'557'032, Unit::count) == "25.6M");
  CHECK(format(41.49, Unit::per_second) == "41.5/s");
  CHECK(format(1240, Unit::per_second) == "1,240/s");
}

TEST_CASE("what was not measured is a dash") {
  CHECK(format(std::numeric_limits<double>::quiet_NaN(), Unit::duration) == kAbsent);
  CHECK(format_median(Stat{}, Unit::bytes) == kAbsent);
  CHECK(format_share(std::numeric_limits<double>::quiet_NaN()) == kAbsent);
}

TEST_CASE("a rare share keeps two digits, and so does what is rarely missed") {
  CHECK(format_rare_share(0) == "0 %");
  CHECK(format_rare_share(0.00048) == "0.048 %");
  CHECK(format_rare_share(0.123) == "12.3 %");
  CHECK(format_rare_share(0.912) == "91.2 %");
  CHECK(format_rare_share(0.9943) == "99.43 %");
  CHECK(format_rare_share(0.99952) == "99.952 %");
  CHECK(format_rare_share(0.99999) == "99.9990 %");
  CHECK(format_rare_share(1) == "100 %");
}

TEST_CASE("the ends of a range share a unit, but not the seconds of minutes") {
  CHECK(range_text("0.562 USD", "0.584 USD") == "0.562 .. 0.584 USD");
  CHECK(range_text("999 ms", "1.20 s") == "999 ms .. 1.20 s");
  CHECK(range_text("3m 10s", "4m 10s") == "3m 10s .. 4m 10s");
}

TEST_CASE("money has three digits, and whole dollars from a thousand on") {
  CHECK(format_usd(0.00165) == "0.00165");
  CHECK(format_usd(0.3) == "0.300");
  CHECK(format_usd(1.337) == "1.34");
  CHECK(format_usd(999.6) == "1,000");
  CHECK(format_usd(12345.6) == "12,346");
}

TEST_CASE("a median shows no more digits than its interval carries") {
  Stat stat;
  stat.median = 1.2345e9;
  stat.min = 1.1e9;
  stat.max = 1.4e9;
  stat.n = 1;
  CHECK(format_median(stat, Unit::duration) == "1.2 s");
  stat.n = 12;
  stat.low = 1.22e9;
  stat.high = 1.25e9;
  CHECK(format_median(stat, Unit::duration) == "1.23 s");
  stat.low = 1.0e9;
  stat.high = 1.5e9;
  CHECK(format_median(stat, Unit::duration) == "1.2 s");
}

TEST_CASE("without an interval the range decides") {
  Stat stat;
  stat.median = 1.2345e9;
  stat.n = 3;
  stat.min = 0.8e9;
  stat.max = 1.9e9;
  CHECK(digits_of(stat) == 2);
  stat.min = 1.22e9;
  stat.max = 1.25e9;
  CHECK(digits_of(stat) == 3);
}

TEST_CASE("the spread is the farther end of the interval, and empty without one") {
  Stat stat;
  stat.n = 12;
  stat.median = 100;
  CHECK(format_spread(stat) == "");
  stat.low = 99;
  stat.high = 104;
  CHECK(format_spread(stat) == "±4.0 %");
  stat.high = 300 * stat.median;
  CHECK(format_spread(stat) == ">±100 %");
}

TEST_CASE("a range names its unit once where both ends share it") {
  CHECK(format_range(1.18e9, 1.31e9, Unit::duration) == "1.18 .. 1.31 s");
  CHECK(format_range(0.9e9, 1.31e9, Unit::duration) == "900 ms .. 1.31 s");
  CHECK(format_range(252e9, 312e9, Unit::duration) == "4m 12s .. 5m 12s");
}

TEST_CASE("shares read as percent") {
  CHECK(format_share(0.34) == "34 %");
  CHECK(format_share(0.034) == "3.4 %");
  CHECK(format_share(0.0004) == "<0.1 %");
  CHECK(format_share(0) == "0.0 %");
}
