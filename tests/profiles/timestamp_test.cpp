#include "profiles/support/timestamp.h"

#include <doctest/doctest.h>

using namespace mlplan;

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

}  // namespace

TEST_CASE("dates are UTC unless they say otherwise, to a nanosecond") {
  CHECK(parse_time("1970-01-01", {}) == 0);
  CHECK(parse_time("2023-11-16 18:17:03.9799600", {}) == 1'700'158'623 * kSecond + 979'960'000);
  CHECK(parse_time("2023-11-16T18:17:03Z", {}) == 1'700'158'623 * kSecond);
  CHECK(parse_time("2023-11-16T19:17:03+01:00", {}) == 1'700'158'623 * kSecond);
  CHECK(parse_time("2023-11-16T12:47:03-0530", {}) == 1'700'158'623 * kSecond);
  CHECK(parse_time("2023/11/16 18:17", {}) == 1'700'158'620 * kSecond);
  CHECK(parse_time("2024-02-29 00:00:00,5 UTC", {}) == 1'709'164'800 * kSecond + kSecond / 2);
}

TEST_CASE("numbers count what the column's name or their size says") {
  CHECK(parse_time("1.5", time_unit_of("t_s", 1.5)) == 3 * kSecond / 2);
  CHECK(parse_time("1500", time_unit_of("t_ms", 1500)) == 3 * kSecond / 2);
  CHECK(parse_time("2", time_unit_of("elapsed (min)", 2)) == 120 * kSecond);
  CHECK(parse_time("1700158623", time_unit_of("timestamp", 1700158623)) == 1'700'158'623 * kSecond);
  CHECK(parse_time("1700158623000", time_unit_of("timestamp", 1700158623000)) == 1'700'158'623 * kSecond);
  CHECK(parse_time("1700158623000000", time_unit_of("timestamp", 1700158623000000)) == 1'700'158'623 * kSecond);
  CHECK(time_unit_of("timestamps", std::nullopt).seconds == 1);  // no "_s"
  CHECK(is_calendar_time(1'700'158'623 * kSecond));
  CHECK_FALSE(is_calendar_time(3600 * kSecond));
}

TEST_CASE("what is no time is none") {
  for (const char* text : {"", "soon", "2023-13-01", "2023-02-30", "2023-11-16T25:00", "2023-11-16 18:17:99",
                           "2023-11-16 18", "0099-01-01", "3023-01-01", "2023-11-16 18:17:03 CET", "1e300", "nan"})
    CHECK_MESSAGE(parse_time(text, {}) == std::nullopt, text);
}

TEST_CASE("a time is written in UTC as it is read") {
  CHECK(format_time(1'700'158'623) == "2023-11-16T18:17:03Z");
  CHECK(parse_time(format_time(1'709'164'800), {}) == 1'709'164'800 * kSecond);
}
