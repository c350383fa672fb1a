#include "profiles/traffic.h"

#include <doctest/doctest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "tests/profiles/member_count.h"
#include "tests/profiles/random_documents.h"
#include "tests/profiles/schema_keys.h"

using namespace mlplan;
using Json = nlohmann::ordered_json;

TEST_CASE("a day of a mean and a peak has both, is positive and highest where it should be") {
  for (const double ratio : {1.0, 1.5, 3.0, 10.0, 20.0}) {
    CAPTURE(ratio);
    const auto day = diurnal_of_peak(40, 40 * ratio, 14);
    REQUIRE(day);
    CHECK(std::accumulate(day->hourly.begin(), day->hourly.end(), 0.0) == doctest::Approx(24));
    CHECK(day->hourly[14] == doctest::Approx(ratio).epsilon(1e-6));
    for (const double factor : day->hourly) CHECK((factor >= 0 && factor <= day->hourly[14] + 1e-12));
    CHECK(day->hourly[13] == doctest::Approx(day->hourly[15]));
    const Traffic traffic{*day, "flag", {}, {}};
    CHECK(mean_per_s(traffic) == doctest::Approx(40));
    CHECK(peak_per_s(traffic) == doctest::Approx(40 * ratio).epsilon(1e-6));
    CHECK(rates_of(traffic).per_s.size() == 24);
  }
}

TEST_CASE("days that cannot be are refused") {
  CHECK(diurnal_of_peak(0, 1, 3).error().message == "the mean rate must be above 0");
  CHECK(diurnal_of_peak(10, 9, 3).error().message == "the peak rate is below the mean rate");
  CHECK(diurnal_of_peak(10, 20, 24).error().message == "24 is no hour of a day");
  CHECK_FALSE(diurnal_of_peak(1, 23.95, 3));
  CHECK(diurnal_of_hours(1, {1, 2, 3}).error().message == "a day has 24 hours, not 3");
  CHECK_FALSE(diurnal_of_hours(1, std::vector<double>(24, 0)));
  CHECK_FALSE(diurnal_of_hours(1, std::vector<double>(24, -1)));
  std::vector<double> hours(24, 50);
  hours[3] = 100;
  const auto day = diurnal_of_hours(10, hours);
  REQUIRE(day);
  CHECK(day->hourly[3] == doctest::Approx(2 * day->hourly[4]));
  CHECK(mean_per_s(Traffic{*day, "", {}, {}}) == doctest::Approx(10));
}

TEST_CASE("a gap in a series counts neither for its mean nor for its peak") {
  const Traffic traffic{RateSeries{{}, 60, {1, std::nan(""), 3}}, "", {}, {}};
  CHECK(mean_per_s(traffic) == 2);
  CHECK(peak_per_s(traffic) == 3);
  CHECK(rates_of(Traffic{ConstantRate{120}, "", {}, {}}).per_s == std::vector<double>{120});
}

TEST_CASE("every traffic comes back byte by byte") {
  for (std::uint64_t seed = 0; seed < 80; ++seed) {
    CAPTURE(seed);
    const std::string text = write_traffic(test::RandomDocuments(seed).traffic());
    const auto traffic = read_traffic(text, "t.json");
    REQUIRE_MESSAGE(traffic, test::message_of(traffic));
    CHECK(write_traffic(*traffic) == text);
  }
}

TEST_CASE("the schema describes every key of a traffic, and no other") {
  static_assert(test::member_count<TrafficColumns>() == 10);
  static_assert(test::member_count<RequestSize>() == 8);
  static_assert(test::member_count<RequestTrace>() == 6);
  test::Keys written;
  for (std::uint64_t seed = 0; seed < 80; ++seed)
    test::add_keys(to_ordered_json(test::RandomDocuments(seed).traffic()), "", written);
  test::Keys described;
  const Json schema = Json::parse(traffic_schema());
  test::add_described_keys(schema, schema, "", described);
  CHECK(written == described);
}

TEST_CASE("a traffic that lacks what it says it is, or has wrong numbers, is refused at its place") {
  const auto error_of = [](const char* rest) {
    const auto traffic =
        read_traffic(std::string(R"({"schema": "mlplan.traffic", "schema_version": "1.0", )") + rest, "t.json");
    REQUIRE_FALSE(traffic);
    CHECK(traffic.error().kind == ErrorKind::bad_input);
    return traffic.error().where + " " + traffic.error().message;
  };
  CHECK(error_of(R"("kind": "series", "constant": {"per_s": 1}})") == "t.json: /series lacks what \"kind\" says it is");
  CHECK(error_of(R"("kind": "tidal"})").find("t.json: /kind must be \"constant\"") == 0);
  CHECK(error_of(R"("kind": "constant", "constant": {"per_s": -1}})") ==
        "t.json: /constant/per_s must be at least 0, is -1");
  CHECK(error_of(R"("kind": "series", "series": {"step_s": 0, "per_s": [1]}})") ==
        "t.json: /series/step_s must be above 0");
  CHECK(error_of(R"("kind": "series", "series": {"step_s": 1, "per_s": [null]}})") ==
        "t.json: /series/per_s has no rate");
  CHECK(error_of(R"("kind": "diurnal", "diurnal": {"mean_per_s": 1, "hourly": [1]}})") ==
        "t.json: /diurnal/hourly must have at least 24 items, has 1");
}
