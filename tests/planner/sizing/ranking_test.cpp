#include "planner/sizing/ranking.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "planner/sizing/screen.h"
#include "tests/planner/sizing/example_report.h"

using namespace mlplan;
using namespace mlplan::planner;
using examples::candidate_of;
using examples::instance_type;
using examples::kMs;

namespace {

const std::vector<LatencyObjective> kObjectives = {{0.95, 100 * kMs}};

Candidates of(std::vector<Candidate> all) { return {.all = std::move(all)}; }

Demand demand_of(std::vector<double> rates) {
  Demand demand{.kind = "series", .rates = {.rate_per_s = std::move(rates), .interval_s = 60}};
  demand.mean_per_s = mean_rate(demand.rates);
  demand.peak_per_s = std::ranges::max(demand.rates.rate_per_s);
  return demand;
}

std::vector<std::string> names(const Ranking& ranking) {
  std::vector<std::string> out;
  for (const Ranked& ranked : ranking.by_cost) out.push_back(name_of(*ranked.candidate));
  return out;
}

}  // namespace

TEST_CASE("candidates are ranked by what the formulas' fleet costs at the highest rate, with the error") {
  const InstanceType cheap = instance_type("cheap", 2, 8, 1);
  const InstanceType dear = instance_type("dear", 2, 8, 1.5);
  Candidates candidates = of({candidate_of(dear, 1, deterministic(0.02)), candidate_of(cheap, 1, deterministic(0.02))});
  Ranking ranking = rank(candidates, demand_of({10, 200, 10}), kObjectives, {}, false);
  CHECK(names(ranking) == std::vector<std::string>{"cheap, 1 thread", "dear, 1 thread"});
  CHECK(ranking.screened == 2);
  for (const Ranked& ranked : ranking.by_cost) {
    CHECK(ranked.guess == Screen(*ranked.candidate, kObjectives).instances_for(200));
    CHECK(ranked.likely_usd_per_hour == static_cast<double>(ranked.guess) * ranked.candidate->usd_per_hour);
    CHECK(ranked.least_usd_per_hour == 4 * ranked.candidate->usd_per_hour);  // 200 x 0.02 at once
  }
  candidates.all[1].error = 1;  // twice as many of the cheap ones
  ranking = rank(candidates, demand_of({10, 200, 10}), kObjectives, {}, false);
  CHECK(names(ranking) == std::vector<std::string>{"dear, 1 thread", "cheap, 1 thread"});
}

TEST_CASE("for the same money what serves more is tried first") {
  const InstanceType type = instance_type("a", 4, 8, 1);
  const Candidates candidates =
      of({candidate_of(type, 1, deterministic(0.02)), candidate_of(type, 2, deterministic(0.02)),
          candidate_of(type, 4, deterministic(0.02))});
  const Ranking ranking = rank(candidates, demand_of({5}), kObjectives, {}, false);
  CHECK(names(ranking) == std::vector<std::string>{"a, 4 workers, 1 thread", "a, 2 workers, 1 thread", "a, 1 thread"});
}

TEST_CASE("what is far too dear is not looked at, unless the cheap ones are too many") {
  const InstanceType small = instance_type("small", 1, 8, 1);
  const InstanceType large = instance_type("large", 16, 64, 40);
  const Candidates candidates =
      of({candidate_of(small, 1, deterministic(0.02)), candidate_of(large, 16, deterministic(0.02))});
  Ranking ranking = rank(candidates, demand_of({200}), kObjectives, {}, false);
  CHECK(names(ranking) == std::vector<std::string>{"small, 1 thread"});
  CHECK(ranking.screened == 1);
  ranking = rank(candidates, demand_of({200}), kObjectives, {.max_instances = 3}, false);
  CHECK(names(ranking) == std::vector<std::string>{"large, 16 workers, 1 thread", "small, 1 thread"});
  CHECK(ranking.by_cost.back().too_many);
}

TEST_CASE("where the load is followed the mean over the rates counts, without gaps") {
  // A small one follows a low rate more closely; a large one is cheaper at the highest.
  const InstanceType small = instance_type("small", 1, 8, 1);
  const InstanceType large = instance_type("large", 8, 64, 6);
  const Candidates candidates =
      of({candidate_of(small, 1, deterministic(0.02)), candidate_of(large, 8, deterministic(0.02))});
  Demand demand = demand_of({20, 20, 20, 20, 20, 20, 20, 320});
  CHECK(names(rank(candidates, demand, kObjectives, {}, false)).front() == "large, 8 workers, 1 thread");
  CHECK(names(rank(candidates, demand, kObjectives, {}, true)).front() == "small, 1 thread");
  demand.gaps = {true, true, true, true, true, true, true, false};
  CHECK(names(rank(candidates, demand, kObjectives, {}, true)).front() == "large, 8 workers, 1 thread");
}

TEST_CASE("where none is fast enough, the fastest is named at the quantile that is hardest to keep") {
  const InstanceType type = instance_type("a", 4, 8, 1);
  const InstanceType quick = instance_type("quick", 4, 8, 9);
  const Candidates candidates =
      of({candidate_of(type, 1, deterministic(0.02)), candidate_of(quick, 1, deterministic(0.015))});
  const Ranking ranking = rank(candidates, demand_of({5}), {{0.5, 5 * kMs}, {0.99, 200 * kMs}}, {}, false);
  CHECK(ranking.by_cost.empty());
  REQUIRE(ranking.fastest != nullptr);
  CHECK(ranking.fastest->type->name == "quick");
  CHECK(ranking.fastest_response_s == doctest::Approx(0.015));
  CHECK(ranking.hardest_quantile == 0.5);
}
