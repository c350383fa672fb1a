#include "profiles/verification.h"

#include <doctest/doctest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "tests/profiles/member_count.h"
#include "tests/profiles/random_documents.h"
#include "tests/profiles/schema_keys.h"

using namespace mlplan;
using Json = nlohmann::ordered_json;

namespace {

Verification that_holds() {
  Verification verification;
  verification.traffic.kind = "constant";
  verification.verdict = "holds";
  verification.comparisons = {{"response.p99", "ns", {50e6, 45e6, 55e6}, {52e6, 51e6, 53e6}, 0.04, true, "holds", ""}};
  verification.requests = {100, 97, 1, 2, 0, 0, {}};
  verification.window.requests = 100;
  return verification;
}

// Where it is refused; empty where it is not.
std::string where(const Verification& verification) {
  const auto read = read_verification(write_verification(verification), "v.json");
  if (read) return {};
  CHECK(read.error().kind == ErrorKind::bad_input);
  return read.error().where;
}

}  // namespace

TEST_CASE("every verification comes back byte by byte") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    const std::string text = write_verification(test::RandomDocuments(seed).verification());
    const auto again = read_verification(text, "v.json");
    REQUIRE_MESSAGE(again, test::message_of(again));
    CHECK(write_verification(*again) == text);
  }
}

TEST_CASE("the schema describes every key of a verification, and no other") {
  static_assert(test::member_count<VerifiedScale>() == 7);
  static_assert(test::member_count<VerifiedWindow>() == 5);
  static_assert(test::member_count<VerifiedPool>() == 9);
  static_assert(test::member_count<VerifiedRequests>() == 7);
  static_assert(test::member_count<VerifiedWorkers>() == 8);
  static_assert(test::member_count<ComparedQuantity>() == 9);
  static_assert(test::member_count<VerifiedStretch>() == 7);
  static_assert(test::member_count<Verification>() == 27);
  test::Keys written;
  for (std::uint64_t seed = 0; seed < 80; ++seed) {
    Verification verification = test::RandomDocuments(seed).verification();
    verification.pool.policy_settings.clear();
    test::add_keys(to_ordered_json(verification), "", written);
  }
  test::Keys described;
  const Json schema = Json::parse(verification_schema());
  test::add_described_keys(schema, schema, "", described);
  CHECK(written == described);
}

TEST_CASE("a verification with wrong values is refused at its place") {
  const auto refused_at = [](const char* pointer, const Json& value) {
    Json json = to_ordered_json(that_holds());
    json[Json::json_pointer(pointer)] = value;
    const auto read = read_verification(json.dump(), "v.json");
    REQUIRE_FALSE(read);
    CHECK(read.error().where == std::string("v.json: ") + pointer);
  };
  refused_at("/verdict", "perhaps");
  refused_at("/comparisons/0/outcome", "late");
  refused_at("/comparisons/0/unit", "miles");
  refused_at("/scaling/rate_factor", 0);
  refused_at("/requests/lost", -1);
  refused_at("/requests/completed", std::numeric_limits<std::int64_t>::max());  // would overflow the sum
  refused_at("/schema", "mlplan.simulation");
  refused_at("/schema_version", "2.0");
}

TEST_CASE("what a row says of its figures must be so") {
  Verification verification = that_holds();
  CHECK(where(verification).empty());
  const auto row = [&]() -> ComparedQuantity& { return verification.comparisons[0]; };
  row().measured.value = 56e6;
  CHECK(where(verification) == "v.json: /comparisons/0/inside");
  row().inside = false;
  CHECK(where(verification) == "v.json: /comparisons/0/outcome");
  row().inside.reset();
  CHECK(where(verification) == "v.json: /comparisons/0/outcome");
  row().predicted.high.reset();
  row().inside = true;
  CHECK(where(verification) == "v.json: /comparisons/0/inside");
  verification = that_holds();
  verification.verdict = "misses";
  row().outcome = "misses";
  CHECK(where(verification) == "v.json: /comparisons/0/outcome");
  verification = that_holds();
  row().measured.value = std::numeric_limits<double>::quiet_NaN();
  CHECK(where(verification) == "v.json: /comparisons/0/inside");
}

TEST_CASE("a verdict that its rows contradict is refused, whatever objectives were kept") {
  Verification verification = that_holds();
  verification.interrupted = true;
  CHECK(where(verification) == "v.json: /verdict");
  verification.verdict = "inconclusive";
  CHECK(where(verification).empty());

  verification = that_holds();
  verification.objectives = {{"p99 within 50.0 ms", 0.01, {0.02, 0.015, 0.03}, "missed", ""}};
  CHECK(where(verification).empty());  // a run is smaller than its plan, and may wait longer
  verification.verdict = "misses";
  CHECK(where(verification) == "v.json: /verdict");

  verification = that_holds();
  verification.comparisons[0].outcome = "unclear";
  CHECK(where(verification) == "v.json: /verdict");

  verification = that_holds();
  verification.comparisons.push_back(
      {"utilisation", "share", {0.5, 0.45, 0.55}, {0.6, {}, {}}, 0.1, false, "misses", "x"});
  CHECK(where(verification) == "v.json: /verdict");
}

TEST_CASE("every request that was due is counted once, or the document is refused") {
  Verification verification = that_holds();
  verification.requests.lost = 1;
  CHECK(where(verification) == "v.json: /requests/scheduled");
  verification.requests.unfinished = 1;
  CHECK(where(verification).empty());
  verification.window.requests = 99;
  CHECK(where(verification) == "v.json: /requests/scheduled");
}
