// The real mlplan-kernels, as mlplan runs it.
#include <doctest/doctest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/temporary_folder.h"

namespace {

struct Ended {
  int code = -1;
  std::string out;
};

Ended run(const std::string& arguments) {
  Ended ended;
  FILE* const pipe = ::popen((std::string(KERNELS_PROGRAM) + " " + arguments + " 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 4096> buffer{};
  for (std::size_t got = 0; (got = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    ended.out.append(buffer.data(), got);
  const int status = ::pclose(pipe);
  ended.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ended;
}

nlohmann::json document_of(const std::string& out) {
  const std::size_t begin = out.find('{');  // after what the library says of itself
  REQUIRE(begin != std::string::npos);
  return nlohmann::json::parse(out.substr(begin, out.rfind('}') + 1 - begin));
}

}  // namespace

TEST_CASE("mlplan-kernels says its version, in words and in what it writes") {
  CHECK(run("--version").out == "mlplan-kernels " MLPLAN_VERSION "\n");
  const Ended ended = run("--benchmark_filter=process/true --benchmark_format=json");
  CHECK(ended.code == 0);
  const nlohmann::json document = document_of(ended.out);
  CHECK(document["context"]["mlplan"] == MLPLAN_VERSION);
}

TEST_CASE("a sample has its figure, the limit and the fraction of it, and in words what the limit is") {
  const nlohmann::json document =
      document_of(run("--benchmark_filter='process/true|arithmetic/multiply_add_f32/threads:1' "
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
  const Ended ended = run("--benchmark_filter=disk/read --benchmark_format=json --folder=/no/such/folder");
  CHECK(ended.code == 3);
  const nlohmann::json document = document_of(ended.out);
  const nlohmann::json& first = document["benchmarks"][0];
  CHECK(first["error_occurred"] == true);
  CHECK(first["error_message"] == "cannot write 256 MiB into /no/such/folder: No such file or directory");
}

TEST_CASE("wrong flags and names that match nothing end with 2") {
  CHECK(run("--threads=none").code == 2);
  CHECK(run("--no-such-flag").code == 2);
  CHECK(run("--benchmark_filter=no_such_benchmark").code == 2);
}

TEST_CASE("nothing is left of the file that is read") {
  const mlplan::tests::TemporaryFolder folder;
  run("--benchmark_filter=disk/read --folder=" + folder.path());
  CHECK(std::filesystem::is_empty(folder.path()));
}
