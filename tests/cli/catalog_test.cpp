#include "profiles/catalog.h"

#include <doctest/doctest.h>

#include <string>

#include "cli/commands/commands.h"
#include "profiles/catalog_csv.h"
#include "profiles/support/atomic_file.h"
#include "tests/cli/command_run.h"

using namespace mlplan;
using namespace mlplan::cli;

namespace {

using Run = tests::CommandRun;

Run run(const std::vector<std::string>& arguments) { return tests::run_command(run_catalog, arguments); }

struct Table : tests::TextFile {
  explicit Table(const std::string& text) : TextFile(text, "t.csv") {}
};

constexpr const char* kTable = "name,vcpus,memory_gib,usd_per_hour\na,2,8,0.2\nb,4,16,0.1\nbad,4,16,-1\n";

}  // namespace

TEST_CASE("catalog list filters, sorts and cuts") {
  const Table table(kTable);
  const Run listed = run({"list", "--catalog", table.path, "--sort", "price", "--csv"});
  CHECK(listed.code == 0);
  CHECK(listed.out.find("\n,b,") < listed.out.find("\n,a,"));
  CHECK(listed.err.find(table.path + ":4: bad has a negative price") != std::string::npos);
  const Run one = run({"list", "--catalog", table.path, "--sort", "-price", "--limit", "1"});
  CHECK(one.out.find("8.00 GiB") != std::string::npos);
  CHECK(one.out.find("16.0 GiB") == std::string::npos);
  const Run none = run({"list", "--where", "vcpus>99999"});
  CHECK(none.code == 0);
  CHECK(none.out.empty());
  CHECK(none.err.find("none of 192 instance types matches") != std::string::npos);
}

TEST_CASE("catalog list --json is a catalog again") {
  const Run listed = run({"list", "--where", "cloud=aws", "--where", "gpu_memory>=24GiB", "--json"});
  const auto catalog = read_catalog(listed.out, "-");
  REQUIRE(catalog);
  CHECK(catalog->instances.size() > 10);
  for (const InstanceType& type : catalog->instances) CHECK(type.cloud == "aws");
}

TEST_CASE("misspelt fields, types and commands name the nearest") {
  CHECK(run({"list", "--where", "gpu_memroy>=24GiB"}).error.hint == "gpu_memory");
  CHECK(run({"list", "--sort", "prise"}).error.hint == "price");
  CHECK(run({"show", "g5.xlarg"}).error.hint == "mlplan catalog show g5.xlarge");
  CHECK(run({"import", "x.csv", "--map", "memroy=RAM"}).error.hint == "memory");
  CHECK(run({"lst"}).error.hint == "mlplan catalog list");
  CHECK(run({}).code == 2);
  CHECK(run({"list", "--json", "--csv"}).code == 2);
}

TEST_CASE("catalog show says what a type costs, since when and according to whom") {
  const Run shown = run({"show", "g4dn.xlarge"});
  CHECK(shown.code == 0);
  for (const char* text : {"g4dn.xlarge\n", "16.0 GiB", "T4", "0.5260 USD/h, 384 USD a month, 2026-07-20"})
    CHECK(shown.out.find(text) != std::string::npos);
}

TEST_CASE("catalog validate answers with its exit code") {
  const Table bad(kTable);
  const Run found = run({"validate", bad.path});
  CHECK(found.code == 1);
  CHECK(found.out.find(bad.path + ":4: error: bad has a negative price, -1 USD") != std::string::npos);
  CHECK(found.out.find("2 instance types, 1 error, 3 warnings") != std::string::npos);
  const Table good("name,vcpus,memory_gib,usd_per_hour\na,2,8,0.2\n");
  CHECK(run({"validate", good.path}).code == 0);
  CHECK(run({"validate", good.path, "--json"}).out.find("\"valid\": true") != std::string::npos);
  CHECK(run({"validate", good.path + ".none"}).code == 2);
}

TEST_CASE("catalog import writes the good rows and says what it left out") {
  const Table table(kTable);
  const std::string output = table.folder.path() + "/c.json";
  const Run imported = run({"import", table.path, "-o", output, "--date", "2026-07-20", "--source", "a list"});
  CHECK(imported.code == 0);
  CHECK(imported.out.empty());
  CHECK(imported.err.find(":4: error: bad has a negative price") != std::string::npos);
  const auto catalog = read_catalog_file(output);
  REQUIRE(catalog);
  CHECK(catalog->catalog.instances.size() == 2);
  CHECK(catalog->findings.empty() == false);  // no cloud is told by such names
  CHECK(run({"import", table.path}).out.find("\"mlplan.catalog\"") != std::string::npos);
  const Table useless("name,vcpus,memory_gib,usd_per_hour\na,2,8,-1\n");
  CHECK(run({"import", useless.path, "-o", output}).code == 2);
}
