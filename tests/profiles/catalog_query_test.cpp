#include "profiles/catalog_query.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

using namespace mlplan;

namespace {

InstanceType gpu_type() {
  InstanceType type;
  type.cloud = "aws";
  type.name = "g5.xlarge";
  type.architecture = "aarch64";
  type.vcpus = 4;
  type.memory_bytes = std::int64_t{16} << 30;
  type.gpu = Gpu{"A10G", 2, std::int64_t{24} << 30, ""};
  type.network_bytes_per_s = 1.25e9;
  type.node_start = NodeStart{90, ""};
  type.prices = {{kOnDemand, 1.006, "", ""}};
  return type;
}

bool holds(const InstanceType& type, const std::string& condition) {
  const auto parsed = parse_condition(condition);
  REQUIRE_MESSAGE(parsed, condition, ": ", (parsed ? "" : parsed.error().message));
  return matches(type, *parsed);
}

Error error_of(const std::string& condition) {
  const auto parsed = parse_condition(condition);
  REQUIRE_FALSE_MESSAGE(parsed, condition);
  CHECK(parsed.error().kind == ErrorKind::usage);
  return parsed.error();
}

}  // namespace

TEST_CASE("conditions hold for what they say") {
  const InstanceType type = gpu_type();
  for (const char* yes :
       {"gpu_memory>=24GiB", "gpu_memory<=24GiB", "gpu_memory>24GB", "gpu_memory_total=48GiB", "cloud=AWS", "name~G5",
        "name!=g4", "vcpus = 4", "vcpus>=4", "memory < 32GiB", "network=10Gbit/s", "network>=1.25GB/s", "price<=$1.01",
        "price>1 USD/h", "node_start<=2min", "architecture=arm64", "gpu_count>0", "gpu=a10g", "gpu==a10g"}) {
    CHECK_MESSAGE(holds(type, yes), yes);
  }
  for (const char* no : {"gpu_memory>24GiB", "cloud=gcp", "name~p4", "vcpus!=4", "vcpus<4", "price>1.01", "gpu=t4"})
    CHECK_FALSE_MESSAGE(holds(type, no), no);
}

TEST_CASE("what is not known matches nothing but 'is not'") {
  const InstanceType bare;
  for (const char* no : {"memory<1GiB", "memory>=0", "price<5", "gpu=t4", "gpu~t", "gpu_memory<=1TiB", "spot<=9"})
    CHECK_FALSE_MESSAGE(holds(bare, no), no);
  CHECK(holds(bare, "gpu!=t4"));
  CHECK(holds(bare, "gpu_count=0"));
}

TEST_CASE("wrong conditions say what to write") {
  CHECK(error_of("memory").message == "'memory' has no operator");
  CHECK(error_of("memroy>1GiB").message == "there is no field 'memroy'");
  CHECK(error_of("memory>=24").message == "\"24\" has no unit");
  CHECK(error_of("memory>=").message == "'memory>=' has no value");
  CHECK(error_of("cloud<aws").message == "'cloud' is a text: < does not apply");
  CHECK(error_of("vcpus~4").message == "'vcpus' is no text: ~ does not apply");
  CHECK(error_of("vcpus>many").message == "'many' is no number");
  CHECK(error_of("network>10").hint == "write as in 'network>=10Gbit/s'");
  CHECK(error_of("name!g5").message == "'name!g5': '!' is no operator");
  CHECK(field_name_of(" gpu_memroy >=24GiB") == "gpu_memroy");
}

TEST_CASE("each field has a name of its own, and every one can be asked for") {
  const auto names = catalog_field_names();
  for (const std::string& name : names) {
    CHECK(std::count(names.begin(), names.end(), name) == 1);
    CHECK(find_catalog_field(name) != nullptr);
  }
}

TEST_CASE("sorting is stable and puts what is not known last, both ways") {
  Catalog catalog;
  for (const double price : {3.0, 0.0, 1.0, 2.0, 0.0}) {
    InstanceType& type = catalog.instances.emplace_back();
    type.name = "t" + std::to_string(catalog.instances.size());
    if (price > 0) type.prices = {{kOnDemand, price, "", ""}};
  }
  auto rows = select(catalog, {});
  const auto names = [&rows] {
    std::string text;
    for (const InstanceType* row : rows) text += row->name;
    return text;
  };
  sort_by(rows, *find_catalog_field("price"), false);
  CHECK(names() == "t3t4t1t2t5");
  sort_by(rows, *find_catalog_field("price"), true);
  CHECK(names() == "t1t4t3t2t5");
}

TEST_CASE("random conditions are read or refused, never worse") {
  std::mt19937_64 engine(3);
  static constexpr std::string_view kLetters = "cpuvsmeory_=<>!~ 0123.GiBaws/$\xff\n";
  for (int round = 0; round < 20000; ++round) {
    std::string text = round % 2 == 0 ? "memory" : "";
    for (auto n = engine() % 14; n > 0; --n) text += kLetters[engine() % kLetters.size()];
    const auto condition = parse_condition(text);
    if (condition)
      static_cast<void>(matches(gpu_type(), *condition));
    else
      CHECK_FALSE(condition.error().message.empty());
  }
}
