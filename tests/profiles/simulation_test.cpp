#include "profiles/simulation.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tests/profiles/member_count.h"
#include "tests/profiles/random_documents.h"
#include "tests/profiles/schema_keys.h"

using namespace mlplan;
using Json = nlohmann::ordered_json;

TEST_CASE("every simulation comes back byte by byte") {
  for (std::uint64_t seed = 0; seed < 80; ++seed) {
    CAPTURE(seed);
    Simulation simulation = test::RandomDocuments(seed).simulation();
    simulation.policy_settings = {{"target", 0.8}};
    const std::string text = write_simulation(simulation);
    const auto again = read_simulation(text, "s.json");
    REQUIRE_MESSAGE(again, test::message_of(again));
    CHECK(write_simulation(*again) == text);
  }
}

TEST_CASE("the schema describes every key of a simulation, and no other") {
  static_assert(test::member_count<SimulatedFleet>() == 20);
  static_assert(test::member_count<SimulatedFigures>() == 20);
  static_assert(test::member_count<SimulatedStretch>() == 12);
  static_assert(test::member_count<Simulation>() == 13);
  test::Keys written;
  for (std::uint64_t seed = 0; seed < 80; ++seed)
    test::add_keys(to_ordered_json(test::RandomDocuments(seed).simulation()), "", written);
  test::Keys described;
  const Json schema = Json::parse(simulation_schema());
  test::add_described_keys(schema, schema, "", described);
  CHECK(written == described);
}

TEST_CASE("a simulation that is none, or has wrong values, is refused at its place") {
  Json json = to_ordered_json(test::RandomDocuments(1).simulation());
  const auto where = [&json] {
    const auto read = read_simulation(json.dump(), "s.json");
    REQUIRE_FALSE(read);
    CHECK(read.error().kind == ErrorKind::bad_input);
    return read.error().where;
  };
  json["verdict"] = "perhaps";
  CHECK(where() == "s.json: /verdict");
  json["verdict"] = "met";
  json["fleet"]["workers"] = 0;
  CHECK(where() == "s.json: /fleet/workers");
  json["schema"] = "mlplan.report";
  CHECK_FALSE(read_simulation(json.dump(), "s.json"));
}
