#include "bench/cold_start.h"

#include <doctest/doctest.h>

using namespace mlplan::bench;

namespace {
constexpr std::int64_t kMB = 1'000'000;
}

TEST_CASE("an all cold start that hardly read its libraries is no proof of one") {
  CHECK_FALSE(libraries_contradict(CacheState::all_cold, 200 * kMB, 490 * kMB));
  CHECK(libraries_contradict(CacheState::all_cold, 40 * kMB, 490 * kMB) ==
        "an all cold start read only 38.1 MiB of 467 MiB of libraries from storage");
  CHECK(libraries_contradict(CacheState::all_cold, 0, 490 * kMB));
}

TEST_CASE("a model cold start that had to read its libraries too is none") {
  CHECK_FALSE(libraries_contradict(CacheState::model_cold, 0, 490 * kMB));
  CHECK_FALSE(libraries_contradict(CacheState::model_cold, 3 * kMB, 490 * kMB));
  CHECK(libraries_contradict(CacheState::model_cold, 121 * kMB, 490 * kMB) ==
        "its libraries were to be in the page cache, but 115 MiB of 467 MiB were read from storage");
}
