#include "planner/sizing/search.h"

#include <doctest/doctest.h>

#include <cmath>

#include "tests/planner/sizing/example_report.h"

using namespace mlplan;
using namespace mlplan::planner;
using examples::candidate_of;
using examples::instance_type;
using examples::kMs;

namespace {

const InstanceType kType = instance_type("a", 2, 8, 1);
const Distribution kLaw = empirical({0.008, 0.009, 0.01, 0.011, 0.012});

std::vector<Window> constant_windows(double rate, double requests) {
  const Demand demand{
      .kind = "constant", .rates = {.rate_per_s = {rate}, .interval_s = 3600}, .mean_per_s = rate, .peak_per_s = rate};
  return {busiest_window(demand, {.requests = requests})};
}

// Every count from the bottom, by the same judge.
std::optional<std::int64_t> scan(const Candidate& candidate, std::int64_t at_least, std::int64_t at_most,
                                 const std::vector<Window>& windows, const Objectives& objectives) {
  for (std::int64_t count = at_least; count <= at_most; ++count) {
    const Deployed deployed{slower(candidate, 1 + candidate.error), fixed_scaling(count)};
    if (judge(deployed, windows, objectives, {}, 3).kept) return count;
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("the smallest fleet is the one that a scan of all counts finds, from any guess") {
  const std::vector<Window> windows = constant_windows(500, 4000);
  for (const std::int64_t workers : {1, 2}) {
    for (const double slo_ms : {14.0, 25.0, 100.0}) {
      Candidate candidate = candidate_of(kType, workers, kLaw);
      candidate.error = 0.1;
      const Objectives objectives = {{{0.95, slo_ms * kMs}}, std::nullopt};
      const std::optional<std::int64_t> expected = scan(candidate, 1, 60, windows, objectives);
      REQUIRE(expected);
      CAPTURE(workers);
      CAPTURE(slo_ms);
      for (const std::int64_t guess : {std::int64_t{1}, *expected - 1, *expected, *expected + 1, std::int64_t{60}}) {
        const std::optional<Sized> sized = smallest_fixed(candidate, guess, 1, 60, windows, objectives, {}, 3);
        REQUIRE(sized);
        CHECK(sized->instances == *expected);
        CHECK(sized->judged.kept);
        CHECK(sized->candidate.service_factor == candidate.service_factor);
        CHECK(sized->exact <= static_cast<double>(*expected));
        CHECK(sized->exact >= static_cast<double>(*expected - 1));
      }
    }
  }
}

TEST_CASE("the search stays between its bounds") {
  const Candidate candidate = candidate_of(kType, 1, kLaw);
  const std::vector<Window> windows = constant_windows(500, 4000);
  const Objectives objectives = {{{0.95, 25 * kMs}}, std::nullopt};
  const std::int64_t needed = scan(candidate, 1, 60, windows, objectives).value();
  const std::optional<Sized> more = smallest_fixed(candidate, 1, needed + 7, 100, windows, objectives, {}, 3);
  REQUIRE(more);
  CHECK(more->instances == needed + 7);
  CHECK(more->exact == 0);  // one less was not tried
  CHECK_FALSE(smallest_fixed(candidate, 1, 1, needed - 1, windows, objectives, {}, 3));
  CHECK(smallest_fixed(candidate, 1, 1, needed, windows, objectives, {}, 3)->instances == needed);
  CHECK_FALSE(smallest_fixed(candidate, 1, 5, 4, windows, objectives, {}, 3));
}

TEST_CASE("what was found holds with all times longer by the error") {
  Candidate candidate = candidate_of(kType, 1, kLaw);
  const std::vector<Window> windows = constant_windows(500, 4000);
  const Objectives objectives = {{{0.95, 25 * kMs}}, std::nullopt};
  const std::int64_t without = smallest_fixed(candidate, 5, 1, 60, windows, objectives, {}, 3)->instances;
  candidate.error = 0.5;
  const std::int64_t with = smallest_fixed(candidate, 5, 1, 60, windows, objectives, {}, 3)->instances;
  CHECK(with > without);
  candidate.error = 0;
  CHECK(smallest_fixed(slower(candidate, 1.5), 5, 1, 60, windows, objectives, {}, 3)->instances == with);
}

TEST_CASE("judging stops when it is decided, and what stays open counts as missed") {
  const Candidate candidate = candidate_of(kType, 1, kLaw);
  const std::vector<Window> windows = constant_windows(50, 1000);
  const auto judged = [&](std::int64_t count, double quantile, double ms) {
    return judge({candidate, fixed_scaling(count)}, windows, {{{quantile, ms * kMs}}, std::nullopt}, {}, 3);
  };
  const Judged clear = judged(20, 0.95, 50);
  CHECK(clear.kept);
  CHECK(clear.trial.replications.size() == 3);
  const Judged hopeless = judged(20, 0.95, 1);
  CHECK_FALSE(hopeless.kept);
  CHECK(hopeless.trial.replications.size() == 3);
  // Idle instances: 80 % of the law is up to 11 ms, which the histogram's bins may count as above.
  const Judged open = judged(20, 0.8, 11.3);
  CHECK_FALSE(open.kept);
  CHECK(open.trial.replications.size() == 8);
}

TEST_CASE("every objective counts, also the exposure to cold starts") {
  const Candidate candidate = candidate_of(kType, 1, kLaw);
  const std::vector<Window> windows = constant_windows(50, 1000);
  const Deployed deployed{candidate, fixed_scaling(20)};
  CHECK(judge(deployed, windows, {{{0.5, 15 * kMs}, {0.95, 50 * kMs}}, std::nullopt}, {}, 3).kept);
  CHECK_FALSE(judge(deployed, windows, {{{0.5, 2 * kMs}, {0.95, 50 * kMs}}, std::nullopt}, {}, 3).kept);
  CHECK(judge(deployed, windows, {{{0.95, 50 * kMs}}, 0.01}, {}, 3).kept);  // a fixed fleet never starts
}

TEST_CASE("equal questions are judged equally") {
  const Candidate candidate = candidate_of(kType, 1, kLaw);
  const std::vector<Window> windows = constant_windows(400, 2000);
  const Objectives objectives = {{{0.95, 25 * kMs}}, std::nullopt};
  const Judged a = judge({candidate, fixed_scaling(6)}, windows, objectives, {}, 3);
  const Judged b = judge({candidate, fixed_scaling(6)}, windows, objectives, {}, 3);
  CHECK(a.kept == b.kept);
  CHECK(a.trial.within(0).mean == b.trial.within(0).mean);
  CHECK(a.trial.response_s == b.trial.response_s);
}
