#include "kernels/memory_loops.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace mlplan::kernels;

namespace {

constexpr std::int64_t kBytes = 100'000;  // no multiple of anything

std::int64_t elements(const Arrays& arrays) { return arrays.bytes() / std::int64_t{sizeof(double)}; }

// All of the written array holds `value`, from the first element to the last.
bool holds(const Arrays& arrays, double value) {
  for (std::int64_t i = 0; i < elements(arrays); ++i) {
    if (arrays.array(0)[i] != value) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("every thread works on its share and together they work on all of the arrays") {
  for (const int threads : {1, 2, 3, 7}) {
    CAPTURE(threads);
    const Arrays arrays(kBytes, threads, {});
    REQUIRE(arrays.error().empty());
    CHECK(arrays.bytes() >= kBytes);
    CHECK(arrays.bytes() < kBytes + threads * 64);
    CHECK(holds(arrays, 1));
    CHECK(arrays.pass(MemoryLoop::copy) > 0);
    CHECK(holds(arrays, 2));
    CHECK(arrays.pass(MemoryLoop::triad) > 0);
    CHECK(holds(arrays, 2 + 3 * 3));
    CHECK(arrays.pass(MemoryLoop::write) > 0);
    CHECK(holds(arrays, 3));
#ifdef __SSE2__
    CHECK(arrays.pass(MemoryLoop::streaming_copy) > 0);
    CHECK(holds(arrays, 2));
#endif
    CHECK(arrays.pass(MemoryLoop::read) > 0);
    CHECK(holds(arrays, arrays.array(0)[0]));
  }
}

TEST_CASE("loops over memory have names of their own and count the arrays that STREAM counts") {
  std::set<std::string> names;
  for (const LoopFacts& facts : memory_loops()) {
    names.insert(facts.name);
    const std::string name = facts.name;
    CHECK(facts.arrays == (name == "triad" ? 3 : name.ends_with("copy") ? 2 : 1));
  }
  CHECK(names.size() == memory_loops().size());
}

TEST_CASE("arrays that do not fit are an error and take no time") {
  const Arrays arrays(std::int64_t{1} << 60, 1, {});
  CHECK(arrays.error() == "there is not enough memory");
  CHECK(arrays.pass(MemoryLoop::read) == 0);
}
