// mlplan-kernels of a build without CUDA.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/kernels/kernels_program.h"

using namespace mlplan::test;

TEST_CASE("a build without CUDA says so where the GPU's benchmarks are asked for") {
  const Ended ended = run_kernels("--benchmark_filter=gpu/ --benchmark_format=json");
  CHECK(ended.code == 3);
  const nlohmann::json document = document_of(ended.out);
  REQUIRE(document["benchmarks"].size() == 1);
  CHECK(document["benchmarks"][0]["error_message"].get<std::string>().starts_with("this build has no CUDA benchmarks"));
}
