// The real mlplan-kernels, as mlplan runs it.
#include <doctest/doctest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/kernels/kernels_program.h"
#include "tests/temporary_folder.h"

using mlplan::test::document_of;
using mlplan::test::Ended;
using mlplan::test::run_kernels;

TEST_CASE("mlplan-kernels says its version, in words and in what it writes") {
  CHECK(run_kernels("--version").out == "mlplan-kernels " MLPLAN_VERSION "\n");
  const Ended ended = run_kernels("--benchmark_filter=process/true --benchmark_format=json");
  CHECK(ended.code == 0);
  const nlohmann::json document = document_of(ended.out);
  CHECK(document["context"]["mlplan"] == MLPLAN_VERSION);
}

TEST_CASE("a sample has its figure, the limit and the fraction of it, and in words what the limit is") {
  const nlohmann::json document =
      document_of(run_kernels("--benchmark_filter='process/true|arithmetic/multiply_add_f32/threads:1' "
                              "--benchmark_format=json --threads=1")
                      .out);
  int starts = 0;
  int products = 0;
  for (const nlohmann::json& run : document["benchmarks"]) {
    if (run["run_type"] != "iteration") continue;
    const std::string name = run["name"];
    if (name.starts_with("process/true")) {
      ++starts;
      CHECK(run["fraction"].get<double>() ==
            doctest::Approx(run["limit"].get<double>() / run["real_time"].get<double>()).epsilon(1e-6));
    } else {
      ++products;
      CHECK(run["flop_per_second"].get<double>() > 0);
    }
    CHECK_FALSE(run["label"].get<std::string>().empty());
  }
  CHECK(starts == 20);
  CHECK(products == 5);
}

TEST_CASE("what cannot be measured says why and ends with 3") {
  const Ended ended = run_kernels("--benchmark_filter=disk/read --benchmark_format=json --folder=/no/such/folder");
  CHECK(ended.code == 3);
  const nlohmann::json document = document_of(ended.out);
  const nlohmann::json& first = document["benchmarks"][0];
  CHECK(first["error_occurred"] == true);
  CHECK(first["error_message"] == "cannot write 256 MiB into /no/such/folder: No such file or directory");
}

TEST_CASE("wrong flags and names that match nothing end with 2") {
  CHECK(run_kernels("--threads=none").code == 2);
  CHECK(run_kernels("--device=-1").code == 2);
  CHECK(run_kernels("--device=").code == 2);
  CHECK(run_kernels("--no-such-flag").code == 2);
  CHECK(run_kernels("--benchmark_filter=no_such_benchmark").code == 2);
}

TEST_CASE("nothing is left of the file that is read") {
  const mlplan::tests::TemporaryFolder folder;
  run_kernels("--benchmark_filter=disk/read --folder=" + folder.path());
  CHECK(std::filesystem::is_empty(folder.path()));
}
