#include "profiles/catalog_csv.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <sstream>

#include "tests/profiles/random_documents.h"
#include "tests/shared_data.h"

using namespace mlplan;

namespace {

Result<CheckedCatalog> import_text(const std::string& text, const CatalogCsvOptions& options = {}) {
  CsvReader reader(std::make_unique<std::istringstream>(text), "t.csv");
  return import_catalog_csv(reader, options);
}

CheckedCatalog good(const Result<CheckedCatalog>& checked) {
  REQUIRE_MESSAGE(checked, test::message_of(checked));
  return *checked;
}

std::vector<std::string> errors_of(const CheckedCatalog& checked) {
  std::vector<std::string> errors;
  for (const Finding& finding : checked.findings) {
    if (finding.severity == Finding::Severity::error) errors.push_back(finding.where + " " + finding.message);
  }
  return errors;
}

const InstanceType& type_of(const CheckedCatalog& checked, const std::string& name) {
  const auto& all = checked.catalog.instances;
  const auto found = std::find_if(all.begin(), all.end(), [&](const InstanceType& type) { return type.name == name; });
  REQUIRE_MESSAGE(found != all.end(), name);
  return *found;
}

CatalogCsvOptions mapped(const std::string& text) {
  CatalogCsvOptions options;
  const Status status = parse_catalog_map(text, options.map);
  REQUIRE_MESSAGE(status, test::message_of(status));
  return options;
}

}  // namespace

TEST_CASE("usual columns need no map, with their units in the name") {
  const CheckedCatalog checked = good(import_text(
      "Instance Type;vCPUs;Memory (GiB);GPU name;gpu_count;GPU Memory MiB each;Network (Gbps);USD per hour\n"
      "a.large;2;8;T4;1;16384;10;0.1\n"));
  const InstanceType& type = type_of(checked, "a.large");
  CHECK(type.vcpus == 2);
  CHECK(type.memory_bytes == std::int64_t{8} << 30);
  CHECK(type.gpu->memory_bytes == std::int64_t{16} << 30);
  CHECK(type.network_bytes_per_s == 1.25e9);
  CHECK(type.usd_per_hour() == 0.1);
}

TEST_CASE("units may stand in the cells, as web tables have them") {
  const CheckedCatalog checked =
      good(import_text("API Name,Instance Memory,vCPUs,On Demand,Linux Reserved cost,Linux Spot Minimum cost\n"
                       "m5.large,8 GiB,2 vCPUs,$0.096 hourly,$0.06 hourly,unavailable\n"
                       "\"u.big\",\"12,288 GiB\",448 vCPUs,$109.2 hourly,$1 hourly,$30 hourly\n"));
  CHECK(errors_of(checked).empty());
  CHECK(type_of(checked, "m5.large").usd_per_hour() == 0.096);
  CHECK(type_of(checked, "m5.large").usd_per_hour("reserved_1y") == 0.06);
  CHECK_FALSE(type_of(checked, "m5.large").usd_per_hour(kSpot));
  CHECK(type_of(checked, "u.big").memory_bytes == std::int64_t{12288} << 30);
}

TEST_CASE("a map names columns and their units") {
  CatalogCsvOptions options = mapped("price=OnDemand:monthly,memory=RAM:GB,name=Kind");
  options.cloud = "mine";
  options.date = "2026-01-02";
  options.source = "a list";
  const CheckedCatalog checked = good(import_text("Kind,cores,RAM,OnDemand\nx,4,16,73\n", options));
  const InstanceType& type = type_of(checked, "x");
  CHECK(type.memory_bytes == 16'000'000'000);
  CHECK(*type.usd_per_hour() == doctest::Approx(0.1));
  CHECK(type.cloud == "mine");
  CHECK(type.prices[0].date == "2026-01-02");
  CHECK(checked.findings.empty());
}

TEST_CASE("the manner of the names tells the cloud where no column and no flag does") {
  const CheckedCatalog checked =
      good(import_text("name,vcpus,memory_gib,price\nm5.large,2,8,0.1\nStandard_D2s_v5,2,8,0.1\nn2-standard-2,2,8,0.1\n"
                       "box.local,2,8,0.1\nbox,2,8,0.1\n"));
  CHECK(type_of(checked, "m5.large").cloud == "aws");
  CHECK(type_of(checked, "Standard_D2s_v5").cloud == "azure");
  CHECK(type_of(checked, "n2-standard-2").cloud == "gcp");
  CHECK(type_of(checked, "box.local").cloud.empty());
  CHECK(type_of(checked, "box").cloud.empty());
}

TEST_CASE("wrong maps are told") {
  std::map<std::string, MappedColumn> map;
  CHECK(parse_catalog_map("prize=A", map).error().message == "there is no field 'prize'");
  CHECK(parse_catalog_map("price", map).error().message == "'price' maps nothing");
  CHECK(parse_catalog_map("memory=RAM:GHz", map).error().message == "'GHz' is no unit for memory");
  const auto missing = import_text("name,memory_gib,price\na,1,1\n", mapped("price=Cost"));
  REQUIRE_FALSE(missing);
  CHECK(missing.error().message == "there is no column 'Cost' for price");
  CHECK(missing.error().where == "t.csv:1");
  CHECK(missing.error().hint == "the columns are name, memory_gib, price");
}

TEST_CASE("tables without what a catalog needs are told what to map") {
  const auto error_of = [](const std::string& text) {
    const auto checked = import_text(text);
    REQUIRE_FALSE(checked);
    return checked.error().message;
  };
  CHECK(error_of("") == "the file is empty");
  CHECK(error_of("name,memory_gib,price\n") == "has a header and no rows");
  CHECK(error_of("memory_gib,price\n1,2\n") == "no column has the names of the instance types");
  CHECK(error_of("name,memory_gib\na,2\n") == "no column has a price");
  CHECK(error_of("name,price\na,2\n") == "no column has the memory of the instance types");
}

TEST_CASE("rows that cannot be used are left out, each with its line and the reason") {
  const CheckedCatalog checked =
      good(import_text("name,vcpus,memory_gib,price,currency\n"
                       "good,2,8,0.1,USD\n"
                       "cheap,2,8,-0.1,USD\n"
                       "good,2,8,0.1,USD\n"
                       "text,two,8,0.1,USD\n"
                       "euro,2,8,0.1,EUR\n"
                       "free,2,8,,USD\n"
                       "short,2\n"
                       "tiny,2,0.001,0.1,USD\n"
                       "pound,2,8,£0.1,USD\n"
                       "also good,2,8,0.2,USD\n"));
  const std::vector<std::string> expected = {"t.csv:3 cheap has a negative price, -0.1 USD",
                                             "t.csv:4 good stands twice, first at t.csv:2",
                                             "t.csv:5 text: vcpus 'two' is not a number",
                                             "t.csv:6 euro: the price is in EUR, not in USD",
                                             "t.csv:7 free has no price",
                                             "t.csv:8 short: the row has 2 fields, the header 5",
                                             "t.csv:9 tiny cannot have 1.02 MiB of memory",
                                             "t.csv:10 pound: price '£0.1' is not in USD"};
  CHECK(errors_of(checked) == expected);
  CHECK(checked.catalog.instances.size() == 2);
}

TEST_CASE("a number that needs a unit and has none is refused with the map to write") {
  const CheckedCatalog checked = good(import_text("name,vcpus,RAM,price\na,2,8,0.1\n"));
  REQUIRE(errors_of(checked) == std::vector<std::string>{"t.csv:2 a: memory '8' has no unit"});
  const auto finding = std::find_if(checked.findings.begin(), checked.findings.end(),
                                    [](const Finding& f) { return f.severity == Finding::Severity::error; });
  CHECK(finding->hint == "--map memory=RAM:GiB");
}

TEST_CASE("a catalog written as CSV is imported again as it was") {
  std::vector<const InstanceType*> rows;
  for (const InstanceType& type : shipped_catalog().instances) rows.push_back(&type);
  const std::string text = write_catalog_csv(rows);
  const CheckedCatalog checked = good(import_text(text));
  CHECK(errors_of(checked).empty());
  REQUIRE(checked.catalog.instances.size() == rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const InstanceType& back = checked.catalog.instances[i];
    CHECK(back.name == rows[i]->name);
    CHECK(back.memory_bytes == rows[i]->memory_bytes);
    CHECK(back.network_bytes_per_s == rows[i]->network_bytes_per_s);
    CHECK(back.usd_per_hour(kSpot) == rows[i]->usd_per_hour(kSpot));
    CHECK(back.gpu.has_value() == rows[i]->gpu.has_value());
    if (back.core_speed) CHECK(back.core_speed->per_vcpu == doctest::Approx(rows[i]->core_speed->per_vcpu));
  }
}

TEST_CASE("random tables are imported or refused, never worse") {
  std::mt19937_64 engine(17);
  static const std::vector<std::string> kCells = {
      "name", "memory_gib", "price", "a",   "8",  "0.1",   "-1",        "1e300",    "",      "GiB",
      "$",    "é",          "1,024", "nan", "\"", "8 GiB", "gpu_count", "gpu_name", "vcpus", "99999999999999999999",
      "cloud"};
  for (int round = 0; round < 3000; ++round) {
    std::string text = round % 3 == 0 ? "" : "name,vcpus,memory_gib,price\n";
    for (auto lines = engine() % 6; lines > 0; --lines) {
      for (auto cells = 1 + engine() % 5; cells > 0; --cells)
        text += kCells[engine() % kCells.size()] + (cells > 1 ? "," : "\n");
    }
    const auto checked = import_text(text);
    if (!checked) {
      CHECK_FALSE(checked.error().message.empty());
      continue;
    }
    for (const InstanceType& type : checked->catalog.instances) CHECK(type.memory_bytes.value_or(0) > 0);
  }
}

TEST_CASE("the AWS table is imported whole") {
  const auto path = tests::shared_data("catalog_aws_us-east-1_2026-07-20.csv");
  if (!path) return;
  CatalogCsvOptions options{{}, "aws", "us-east-1", "2026-07-20", "a list"};
  const CheckedCatalog checked = good(read_catalog_file(*path, options));
  CHECK(errors_of(checked).empty());
  CHECK(checked.findings.size() == 5);  // g6f and gr6f: a share of an L4
  CHECK(checked.catalog.instances.size() == 1345);
  const auto& all = checked.catalog.instances;
  CHECK(std::count_if(all.begin(), all.end(), [](const auto& t) { return t.core_speed.has_value(); }) == 1076);
  const InstanceType& type = type_of(checked, "g4dn.xlarge");
  CHECK(type.usd_per_hour() == 0.526);
  CHECK(type.vcpus == 4);
  CHECK(type.memory_bytes == std::int64_t{16} << 30);
  CHECK(type.gpu->name == "t4");
  CHECK(type.gpu->memory_bytes == std::int64_t{16} << 30);
  CHECK(type.local_disk_bytes == 125'000'000'000);
  CHECK(type.disk_bytes_per_s == 3500 * 125e3);
  CHECK(type.network_bytes_per_s == 625e6);
  CHECK(type.core_speed->per_vcpu == doctest::Approx(55463.1 / 4).epsilon(1e-5));
  CHECK(type_of(checked, "a1.medium").architecture == "aarch64");
}

TEST_CASE("the Azure table is imported but for a type of which it says 0 MiB") {
  const auto path = tests::shared_data("catalog_azure_eastus_2026-06-18.csv");
  if (!path) return;
  const CheckedCatalog checked = good(read_catalog_file(*path, {{}, "azure", "eastus", "2026-06-18", "a list"}));
  CHECK(checked.catalog.instances.size() == 1292);
  REQUIRE(errors_of(checked).size() == 1);
  CHECK(errors_of(checked)[0] == *path + ":17 Standard_B1ls cannot have 0 B of memory");
  const InstanceType& type = type_of(checked, "Standard_NC24ads_A100_v4");
  CHECK(type.gpu->count == 1);
  CHECK(type.gpu->name.empty());
  CHECK_FALSE(type.gpu->memory_bytes);
  CHECK(checked.findings.size() == 34);  // the 33 types with a GPU: the table names none
}

TEST_CASE("a price list of GCE has the machines in their names") {
  const auto path = tests::shared_data("catalog_gce_prices_cluster-autoscaler_2026-08-22.csv");
  if (!path) return;
  const CheckedCatalog checked = good(read_catalog_file(*path, {{}, "gcp", "", "2026-08-22", "a list"}));
  CHECK(checked.catalog.instances.size() == 190);
  const auto errors = errors_of(checked);
  CHECK(errors.size() == 51);
  CHECK(std::count_if(errors.begin(), errors.end(), [](const std::string& text) {
          return text.find("is a GPU to add to a machine") != std::string::npos;
        }) == 8);
  const InstanceType& type = type_of(checked, "n1-highmem-8");
  CHECK(type.vcpus == 8);
  CHECK(type.memory_bytes == std::int64_t{52} << 30);
  const InstanceType& gpus = type_of(checked, "a2-highgpu-4g");
  CHECK(gpus.gpu->count == 4);
  CHECK(gpus.usd_per_hour() == 14.69354);
  CHECK(gpus.usd_per_hour(kSpot) == 4.408062);
  CHECK(good(read_catalog_file(*path)).catalog.instances.size() == 190);  // the names tell the cloud
}
