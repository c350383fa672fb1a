#include "kernels/together.h"

#include <doctest/doctest.h>
#include <sched.h>

#include <atomic>
#include <vector>

using namespace mlplan::kernels;

TEST_CASE("all threads work at the same time, each on a part of its own") {
  for (const int threads : {1, 2, 5}) {
    CAPTURE(threads);
    std::vector<int> seen(static_cast<std::size_t>(threads));
    std::atomic<int> here = 0;
    const Together all = together(threads, [&](int thread) {
      ++seen[static_cast<std::size_t>(thread)];
      ++here;
      while (here < threads) sched_yield();  // nobody is done before all have begun
    });
    CHECK(all.error.empty());
    CHECK(all.ns > 0);
    CHECK(seen == std::vector<int>(seen.size(), 1));
  }
}

TEST_CASE("fewer threads than one is one") {
  int calls = 0;
  CHECK(together(0, [&](int) { ++calls; }).error.empty());
  CHECK(calls == 1);
}

TEST_CASE("threads stay on the CPUs that they are given, and this one goes free again") {
  const std::vector<int> cpus = allowed_cpus();
  REQUIRE_FALSE(cpus.empty());
  std::vector<int> on(2, -1);
  together(2, [&](int thread) { on[static_cast<std::size_t>(thread)] = sched_getcpu(); }, {cpus.back()});
  CHECK(on == std::vector<int>(2, cpus.back()));
  CHECK(allowed_cpus() == cpus);
}
