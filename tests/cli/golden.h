// Comparison with a text file of tests/cli/golden. With MLPLAN_UPDATE_GOLDEN set the file is written instead: read the
// difference as a person would before it is kept.
#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace mlplan::cli {

inline void check_golden(const std::string& name, const std::string& actual) {
  const std::string path = std::string(GOLDEN_FOLDER) + "/" + name;
  if (std::getenv("MLPLAN_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << actual;
  std::ifstream file(path);
  REQUIRE_MESSAGE(file.good(), path);
  std::ostringstream expected;
  expected << file.rdbuf();
  INFO(path);
  CHECK(actual == expected.str());
}

}  // namespace mlplan::cli
