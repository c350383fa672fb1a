#include "profiles/keep_alive.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tests/profiles/member_count.h"
#include "tests/profiles/random_documents.h"
#include "tests/profiles/schema_keys.h"

using namespace mlplan;
using Json = nlohmann::ordered_json;

TEST_CASE("every comparison of keep-alive rules comes back byte by byte") {
  for (std::uint64_t seed = 0; seed < 80; ++seed) {
    CAPTURE(seed);
    const std::string text = write_keep_alive(test::RandomDocuments(seed).keep_alive());
    const auto again = read_keep_alive(text, "k.json");
    REQUIRE_MESSAGE(again, test::message_of(again));
    CHECK(write_keep_alive(*again) == text);
  }
}

TEST_CASE("the schema describes every key of a comparison of keep-alive rules, and no other") {
  static_assert(test::member_count<KeepAliveModel>() == 5);
  static_assert(test::member_count<KeepAliveFigures>() == 10);
  static_assert(test::member_count<KeepAliveComparison>() == 10);
  test::Keys written;
  for (std::uint64_t seed = 0; seed < 80; ++seed)
    test::add_keys(to_ordered_json(test::RandomDocuments(seed).keep_alive()), "", written);
  test::Keys described;
  const Json schema = Json::parse(keep_alive_schema());
  test::add_described_keys(schema, schema, "", described);
  CHECK(written == described);
}

TEST_CASE("a comparison of keep-alive rules that is none, or has wrong values, is refused at its place") {
  Json json = to_ordered_json(test::RandomDocuments(1).keep_alive());
  json["rules"][0]["cold_share"] = 1.5;
  const auto read = read_keep_alive(json.dump(), "k.json");
  REQUIRE_FALSE(read);
  CHECK(read.error().kind == ErrorKind::bad_input);
  CHECK(read.error().where == "k.json: /rules/0/cold_share");
  json["schema"] = "mlplan.simulation";
  CHECK_FALSE(read_keep_alive(json.dump(), "k.json"));
}
