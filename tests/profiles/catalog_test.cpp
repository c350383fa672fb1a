#include "profiles/catalog.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>

#include "tests/profiles/member_count.h"
#include "tests/profiles/random_documents.h"
#include "tests/profiles/schema_keys.h"

using namespace mlplan;
using Json = nlohmann::ordered_json;

namespace {

InstanceType good_type(const std::string& name) {
  InstanceType type;
  type.cloud = "aws";
  type.name = name;
  type.vcpus = 4;
  type.memory_bytes = std::int64_t{16} << 30;
  type.prices = {{kOnDemand, 0.5, "2026-07-20", "a list"}};
  return type;
}

// "WHERE MESSAGE" of each finding in a catalog of one type.
std::vector<std::string> findings_of(const InstanceType& type) {
  std::vector<std::string> texts;
  for (const Finding& finding :
       check_catalog({"USD", {type}}, [](std::size_t, const std::string& pointer) { return pointer; })) {
    const char* severity = finding.severity == Finding::Severity::error ? "error" : "warning";
    texts.push_back(finding.where + " " + severity + " " + finding.message);
  }
  return texts;
}

template <class Change>
std::string finding_after(const Change& change) {
  InstanceType type = good_type("m");
  change(type);
  const auto findings = findings_of(type);
  REQUIRE_FALSE(findings.empty());
  return findings.front();
}

}  // namespace

TEST_CASE("every catalog comes back byte by byte") {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    const std::string text = write_catalog(test::RandomDocuments(seed).catalog());
    const auto catalog = read_catalog(text, "c.json");
    REQUIRE_MESSAGE(catalog, test::message_of(catalog));
    CHECK(write_catalog(*catalog) == text);
  }
}

TEST_CASE("the schema describes every key of a catalog, and no other") {
  static_assert(test::member_count<InstanceType>() == 13);
  static_assert(test::member_count<Price>() == 4);
  static_assert(test::member_count<Gpu>() == 4);
  test::Keys written;
  for (std::uint64_t seed = 0; seed < 20; ++seed)
    test::add_keys(to_ordered_json(test::RandomDocuments(seed).catalog()), "", written);
  test::Keys described;
  const Json schema = Json::parse(catalog_schema());
  test::add_described_keys(schema, schema, "", described);
  CHECK(written == described);
}

TEST_CASE("what is no catalog, or a newer one, is told") {
  const auto error_of = [](const std::string& text) {
    const auto catalog = read_catalog(text, "c.json");
    REQUIRE_FALSE(catalog);
    CHECK(catalog.error().kind == ErrorKind::bad_input);
    return catalog.error().where + " " + catalog.error().message;
  };
  CHECK(error_of("[]") == "c.json: / is not a catalog: the JSON is no object");
  CHECK(error_of(R"({"schema": "mlplan.report"})") == "c.json: /schema is not a catalog, but \"mlplan.report\"");
  CHECK(error_of(R"({"schema": "mlplan.catalog", "schema_version": "2.0", "instances": []})")
            .find("c.json: /schema_version has schema_version 2.0") == 0);
  CHECK(error_of(R"({"schema": "mlplan.catalog", "schema_version": "1.0", "instances": [{"name": 5}]})") ==
        "c.json: /instances/0/name must be a string, is an integer");
  CHECK(error_of(R"({"schema": "mlplan.catalog", "schema_version": "1.0", "instances": [{"name": "a"}]})") ==
        "c.json: /instances/0/vcpus a has no vCPUs");
}

TEST_CASE("a newer minor version is read, and keys that are not known are ignored") {
  Json json = to_ordered_json({"USD", {good_type("m")}});
  json["schema_version"] = "1.9";
  json["instances"][0]["colour"] = "blue";
  const auto catalog = read_catalog(json.dump(), "c.json");
  REQUIRE_MESSAGE(catalog, test::message_of(catalog));
  CHECK(catalog->instances[0].usd_per_hour() == 0.5);
  CHECK_FALSE(catalog->instances[0].usd_per_hour(kSpot));
}

TEST_CASE("a good row has no findings") { CHECK(findings_of(good_type("m")).empty()); }

TEST_CASE("rows that cannot be are found, each at its place") {
  CHECK(finding_after([](InstanceType& t) { t.name = ""; }) == "/name error an instance type has no name");
  CHECK(finding_after([](InstanceType& t) { t.memory_bytes.reset(); }) == "/memory_bytes error m has no memory");
  CHECK(finding_after([](InstanceType& t) { t.memory_bytes = 16; }) ==
        "/memory_bytes error m cannot have 16 B of memory");
  CHECK(finding_after([](InstanceType& t) { t.memory_bytes = -1; }) == "/memory_bytes error m has negative memory");
  CHECK(finding_after([](InstanceType& t) { t.vcpus = 0; }) == "/vcpus error m cannot have 0 vCPUs");
  CHECK(finding_after([](InstanceType& t) { t.prices.clear(); }) == "/prices error m has no price");
  CHECK(finding_after([](InstanceType& t) { t.prices[0].usd_per_hour.reset(); }) == "/prices error m has no price");
  CHECK(finding_after([](InstanceType& t) { t.prices[0].usd_per_hour = -0.5; }) ==
        "/prices/0/usd_per_hour error m has a negative price, -0.5 USD");
  CHECK(finding_after([](InstanceType& t) { t.prices[0].usd_per_hour = 0; }) ==
        "/prices/0/usd_per_hour error m cannot cost 0 USD an hour");
  CHECK(finding_after([](InstanceType& t) { t.prices[0].usd_per_hour = 1e6; }) ==
        "/prices/0/usd_per_hour error m cannot cost 1000000 USD an hour");
  CHECK(finding_after([](InstanceType& t) { t.prices.push_back(t.prices[0]); }) ==
        "/prices/1/option error m has two prices for on_demand");
  CHECK(finding_after([](InstanceType& t) { t.prices[0].date = "July"; }) ==
        "/prices/0/date error m has a price of 'July', which is no date");
  CHECK(finding_after([](InstanceType& t) { t.gpu = Gpu{"T4", -1, std::int64_t{16} << 30, ""}; }) ==
        "/gpu/count error m cannot have -1 GPUs");
  CHECK(finding_after([](InstanceType& t) { t.gpu = Gpu{"T4", 1, 16384, ""}; }) ==
        "/gpu/memory_bytes error m cannot have a GPU of 16.0 KiB");
  CHECK(finding_after([](InstanceType& t) {
          t.network_bytes_per_s = -1;
        }).find("/network_bytes_per_s error m cannot have a network of") == 0);
  CHECK(finding_after([](InstanceType& t) { t.node_start = NodeStart{-5, ""}; }) ==
        "/node_start/seconds error m cannot start in -5 s");
}

TEST_CASE("what is weak is a warning") {
  CHECK(finding_after([](InstanceType& t) { t.prices[0].date = ""; }) ==
        "/prices/0/date warning 1 price has no date, here the first");
  CHECK(finding_after([](InstanceType& t) { t.prices.push_back({kSpot, 0.9, "2026-07-20", "a list"}); }) ==
        "/prices warning m costs more as spot (0.9) than on demand (0.5)");
  CHECK(finding_after([](InstanceType& t) { t.gpu = Gpu{"", 1, {}, ""}; }) ==
        "/gpu warning m says neither which GPU it has nor its memory: not chosen for models on a GPU");
}

TEST_CASE("duplicates are of one cloud and region, and other currencies are refused") {
  Catalog catalog{"USD", {good_type("m"), good_type("m"), good_type("m")}};
  catalog.instances[1].region = "elsewhere";
  const auto place = [](std::size_t index, const std::string& pointer) { return std::to_string(index) + pointer; };
  const auto findings = check_catalog(catalog, place);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].where == "2/name");
  CHECK(findings[0].message == "m stands twice, first at 0/name");
  catalog.currency = "EUR";
  CHECK(check_catalog(catalog, place).front().message == "prices are in EUR, not in USD");
}

TEST_CASE("the shipped catalog is valid, of three clouds, and written as mlplan writes it") {
  const auto checked = read_checked_catalog(std::string(shipped_catalog_text()), "shipped");
  REQUIRE_MESSAGE(checked, test::message_of(checked));
  for (const Finding& finding : checked->findings) FAIL_CHECK(finding.where, ": ", finding.message);
  CHECK(write_catalog(checked->catalog) == shipped_catalog_text());
  const std::vector<InstanceType>& types = checked->catalog.instances;
  CHECK(types.size() >= 80);
  for (const char* cloud : {"aws", "gcp", "azure"}) {
    const auto of_cloud = [cloud](bool gpu) {
      return [cloud, gpu](const InstanceType& type) { return type.cloud == cloud && type.gpu.has_value() == gpu; };
    };
    CHECK(std::count_if(types.begin(), types.end(), of_cloud(true)) >= 10);
    CHECK(std::count_if(types.begin(), types.end(), of_cloud(false)) >= 20);
  }
  for (const InstanceType& type : types) {
    if (type.gpu) CHECK_FALSE(type.gpu->source.empty());
    if (type.core_speed) CHECK_FALSE(type.core_speed->source.empty());
    CHECK_FALSE(type.node_start);  // no source states one
  }
  CHECK(&shipped_catalog() == &shipped_catalog());
}

TEST_CASE("a damaged catalog is read or refused, never worse") {
  std::mt19937_64 engine(5);
  const auto below = [&engine](std::size_t end) { return static_cast<std::size_t>(engine() % end); };
  static const std::vector<std::string> kPieces = {"null", "-1",  "1e400", "\"\"", "{}", "[]", "9223372036854775808",
                                                   "true", "\xff"};
  std::size_t refused = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const std::string text = write_catalog(test::RandomDocuments(seed).catalog());
    for (int round = 0; round < 60; ++round) {
      std::string damaged = text;
      const std::size_t at = below(damaged.size());
      switch (below(4)) {
        case 0: damaged[at] = static_cast<char>(engine()); break;
        case 1: damaged.erase(at, below(40)); break;
        case 2: {
          const std::size_t colon = damaged.find(": ", at);
          if (colon == std::string::npos) break;
          const std::size_t end = damaged.find_first_of(",}]\n", colon);
          damaged.replace(colon + 2, end == std::string::npos ? end : end - colon - 2, kPieces[below(kPieces.size())]);
          break;
        }
        default: damaged.resize(at);
      }
      const auto catalog = read_catalog(damaged, "c.json");
      if (catalog) continue;
      ++refused;
      CHECK(catalog.error().where.find("c.json") == 0);
      CHECK_FALSE(catalog.error().message.empty());
    }
  }
  CHECK(refused > 100);
}
