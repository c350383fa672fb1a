#include "profiles/stat.h"

#include <doctest/doctest.h>

#include <cmath>
#include <nlohmann/json.hpp>

using namespace mlplan;
using nlohmann::json;

TEST_CASE("an absent sample is null in JSON and NaN in memory") {
  Stat stat;
  stat.samples = {1, std::nan(""), 2.5};
  const json written = stat;
  CHECK(written["samples"].dump() == "[1,null,2.5]");
  const Stat read = written.get<Stat>();
  REQUIRE(read.samples.size() == 3);
  CHECK(read.samples[0] == 1);
  CHECK(std::isnan(read.samples[1]));
  CHECK(read.samples[2] == 2.5);
  CHECK(std::isnan(read.median));
}

TEST_CASE("a whole number is written as one and stays exact up to 64 bits") {
  Stat stat;
  stat.median = 1234567890123;
  stat.min = 0x1p62;
  stat.max = 1e300;
  stat.lower_quartile = 0.1;
  const json written = stat;
  CHECK(written["median"].dump() == "1234567890123");
  CHECK(written["min"].dump() == "4611686018427387904");
  const Stat read = json::parse(written.dump()).get<Stat>();
  CHECK(read.median == stat.median);
  CHECK(read.min == stat.min);
  CHECK(read.max == stat.max);
  CHECK(read.lower_quartile == stat.lower_quartile);
}

TEST_CASE("every member comes back") {
  Stat stat;
  stat.median = 5;
  stat.low = 4;
  stat.high = 6;
  stat.confidence = 0.99;
  stat.n = 7;
  stat.percentiles["p99.9"] = {.value = 9, .high = std::nullopt, .needs = 2995};
  stat.percentiles["p50"] = {.value = 5, .high = 6, .needs = 5};
  stat.histogram = {{1, 1.5, 3}, {1.5, 2, 4}};
  stat.outliers = {6};
  nlohmann::ordered_json written;
  to_json(written, stat);
  CHECK(written.begin().key() == "median");
  Stat read;
  from_json(written, read);
  CHECK(read.low == stat.low);
  CHECK(read.high == stat.high);
  CHECK(read.confidence == 0.99);
  CHECK(read.n == 7);
  CHECK(read.percentiles.at("p99.9").needs == 2995);
  CHECK_FALSE(read.percentiles.at("p99.9").high.has_value());
  CHECK(read.percentiles.at("p50").high == 6);
  REQUIRE(read.histogram.size() == 2);
  CHECK(read.histogram[1].high == 2);
  CHECK(read.histogram[1].count == 4);
  CHECK(read.outliers == std::vector<std::int64_t>{6});
}

TEST_CASE("wrong types and numbers out of range throw, unknown keys do not") {
  CHECK_THROWS_AS(json::parse(R"({"median": "5"})").get<Stat>(), json::exception);
  CHECK_THROWS_AS(json::parse(R"({"n": 1.5})").get<Stat>(), json::exception);
  CHECK_THROWS_AS(json::parse(R"({"n": 18446744073709551615})").get<Stat>(), json::exception);
  CHECK_THROWS_AS(json::parse(R"({"samples": 1})").get<Stat>(), json::exception);
  CHECK(json::parse(R"({"n": 3, "other": []})").get<Stat>().n == 3);
}
