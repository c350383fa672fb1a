#include "bench/load_search.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "bench/statistics.h"

using namespace mlplan;
using namespace mlplan::bench;

namespace {

constexpr double kMs = 1e6;

// One server that always takes as long.
OpenVisit visit_at(double rate_per_s, double service_ns, Arrivals arrivals, std::int64_t count, std::uint64_t seed) {
  OpenVisit out;
  double free = 0;
  for (const std::int64_t time : arrival_times(arrivals, rate_per_s, count, seed)) {
    const auto scheduled = static_cast<double>(time);
    const double started = std::max(scheduled, free);
    free = started + service_ns;
    out.requests.push_back({scheduled, scheduled, started, free});
    out.last_arrival = scheduled;
  }
  return out;
}

void run_to_its_end(LoadSearch& search, double service_ns, Arrivals arrivals) {
  std::uint64_t seed = 1;
  while (const auto rate = search.next_rate()) {
    REQUIRE(seed < 300);
    search.add(visit_at(*rate, service_ns, arrivals, 4'000, seed++));
  }
}

double p99_at(double rate_per_s, double service_ns) {
  std::vector<double> responses;
  for (const ServedRequest& each : visit_at(rate_per_s, service_ns, Arrivals::poisson, 200'000, 99).requests)
    responses.push_back(response_of(each));
  std::sort(responses.begin(), responses.end());
  return quantile(responses, 0.99);
}

}  // namespace

TEST_CASE("the search ends at a rate that keeps the objective, and one not far above that does not") {
  const double limit = 40 * kMs;  // of services of 10 ms: M/D/1 reaches it between 0.6 and 0.8
  LoadSearch search({{0.99, limit}}, 1);
  CHECK_FALSE(search.next_rate());
  search.set_capacity(100);
  run_to_its_end(search, 10 * kMs, Arrivals::poisson);
  CHECK(search.found());
  CHECK(search.failing() - search.holding() <= 0.05 * search.failing());
  CHECK(p99_at(search.holding(), 10 * kMs) <= limit);
  CHECK(p99_at(1.25 * search.failing(), 10 * kMs) > limit);
  CHECK(search.tried().size() >= 4);
  for (const LoadSearch::Tried& each : search.tried()) CHECK(each.visits.size() <= 8);
}

TEST_CASE("arrivals that never meet hold up to the capacity") {
  LoadSearch search({{0.99, 11 * kMs}}, 1);
  search.set_capacity(100);
  run_to_its_end(search, 10 * kMs, Arrivals::constant);
  CHECK(search.found());
  CHECK(search.holding() >= 95);
  CHECK(search.failing() == 100);  // which was not tried
}

TEST_CASE("a limit below one service is given up after the first rate") {
  LoadSearch search({{0.9, 9 * kMs}}, 1);
  search.set_capacity(100);
  run_to_its_end(search, 10 * kMs, Arrivals::poisson);
  CHECK(search.hopeless());
  CHECK(search.finished());
  CHECK_FALSE(search.found());
  CHECK(search.tried().size() == 1);
}

TEST_CASE("all of several objectives are to be kept") {
  LoadSearch strict({{0.5, 11 * kMs}, {0.99, 1000 * kMs}}, 1);
  LoadSearch lax({{0.99, 1000 * kMs}}, 1);
  for (LoadSearch* search : {&strict, &lax}) {
    search->set_capacity(100);
    run_to_its_end(*search, 10 * kMs, Arrivals::poisson);
  }
  CHECK(strict.holding() > 0);
  CHECK(strict.holding() < 0.8 * lax.holding());
}

TEST_CASE("a rate is judged by bounds: too few samples decide nothing") {
  const std::vector<LatencyObjective> objectives = {{0.99, 20 * kMs}};
  const auto figures_of = [&](double rate_per_s, std::int64_t count, std::uint64_t visits) {
    std::vector<OpenVisit> all;
    for (std::uint64_t seed = 1; seed <= visits; ++seed)
      all.push_back(visit_at(rate_per_s, 10 * kMs, Arrivals::poisson, count, seed));
    return open_loop_figures(all, 1, percentiles_of(objectives));
  };
  CHECK(judge(figures_of(5, 20, 2), objectives) == RateVerdict::undecided);
  CHECK(judge(figures_of(5, 400, 6), objectives) == RateVerdict::holds);
  CHECK(judge(figures_of(80, 400, 6), objectives) == RateVerdict::fails);
  CHECK(judge(figures_of(200, 400, 1), objectives) == RateVerdict::fails);  // saturated
}
