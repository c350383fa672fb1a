#include "profiles/verdict.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tests/profiles/member_count.h"
#include "tests/profiles/random_documents.h"
#include "tests/profiles/schema_keys.h"

using namespace mlplan;
using Json = nlohmann::ordered_json;

namespace {

Verdict example() {
  Verdict verdict;
  verdict.version = "0.1.0";
  verdict.argv = {"mlplan", "gate", "r.json"};
  verdict.outcome = "inconclusive";
  verdict.report = {"r.json", "/m.pt", "a", "2026-01-05T10:00:00Z", "f", "B"};
  verdict.baseline = verdict.confirmation = verdict.report;
  verdict.differences = {{"CPU", "new", "old"}};
  ClauseVerdict& clause = verdict.clauses.emplace_back();
  clause.path = "throughput";
  clause.label = "highest throughput";
  clause.unit = "per_s";
  clause.kind = "regression";
  clause.limit = 0.1;
  clause.outcome = "inconclusive";
  clause.reason = "noise";
  clause.value = 12.5;
  clause.low = 11;
  clause.n = 9;
  clause.samples_needed = 40;
  clause.relative = RelativeFigures{13, 9, 1.04, 0.9, std::nullopt, 0.3};
  clause.where = "b.toml:1:2";
  return verdict;
}

}  // namespace

TEST_CASE("a verdict comes back byte by byte") {
  const std::string text = write_verdict(example());
  const auto again = read_verdict(text, "v.json");
  REQUIRE_MESSAGE(again, test::message_of(again));
  CHECK(write_verdict(*again) == text);
  CHECK(again->clauses[0].relative->ratio == 1.04);
  CHECK_FALSE(again->clauses[0].high);
}

TEST_CASE("the schema describes every key of a verdict, and no other") {
  static_assert(test::member_count<JudgedReport>() == 6);
  static_assert(test::member_count<RelativeFigures>() == 6);
  static_assert(test::member_count<ClauseVerdict>() == 16);
  static_assert(test::member_count<Verdict>() == 8);
  test::Keys written;
  test::add_keys(to_ordered_json(example()), "", written);
  test::Keys described;
  const Json schema = Json::parse(verdict_schema());
  test::add_described_keys(schema, schema, "", described);
  CHECK(written == described);
}

TEST_CASE("a verdict with wrong values is refused at its place") {
  Json json = to_ordered_json(example());
  json["clauses"][0]["outcome"] = "perhaps";
  const auto read = read_verdict(json.dump(), "v.json");
  REQUIRE_FALSE(read);
  CHECK(read.error().where == "v.json: /clauses/0/outcome");
}
