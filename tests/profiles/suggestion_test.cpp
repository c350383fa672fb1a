#include "profiles/support/suggestion.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace mlplan;

TEST_CASE("the distance counts insertions, deletions, replacements and swaps") {
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("bench", "bench") == 0);
  CHECK(edit_distance("bnch", "bench") == 1);
  CHECK(edit_distance("bacth", "batch") == 1);
  CHECK(edit_distance("kitten", "sitting") == 3);
}

TEST_CASE("the nearest word is suggested, a far one is not") {
  const std::vector<std::string> commands = {"bench", "inspect", "sample", "schema", "version"};
  CHECK(nearest("bnech", commands) == "bench");
  CHECK(nearest("inspct", commands) == "inspect");
  CHECK(nearest("shcema", commands) == "schema");
  CHECK(nearest("deploy", commands) == "");
  CHECK(nearest("x", commands) == "");
}

TEST_CASE("a beginning of three letters or more is enough") {
  const std::vector<std::string> flags = {"--threads", "--time-box", "--inference-limit"};
  CHECK(nearest("--infer", flags) == "--inference-limit");
  CHECK(nearest("--tiem-box", flags) == "--time-box");
}
