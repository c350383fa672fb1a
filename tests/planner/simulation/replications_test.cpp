#include "planner/simulation/replications.h"

#include <doctest/doctest.h>

#include <memory>

#include "planner/policies/fixed.h"

using namespace mlplan;
using namespace mlplan::planner;

namespace {

PolicyFactory fixed(std::int64_t instances) {
  return [instances] { return std::make_unique<FixedPolicy>(FixedSettings{.instances = instances}); };
}

Scenario servers(std::int64_t count) {
  Scenario scenario;
  scenario.arrivals = poisson_arrivals(7);
  scenario.fleet.initial_instances = count;
  scenario.duration_s = 500;
  return scenario;
}

double mean_response(const SimulationResult& result) { return result.response.mean(); }

}  // namespace

TEST_CASE("replications differ from each other and come again") {
  const auto first = replicate(servers(9), fixed(9), 3, 4);
  const auto again = replicate(servers(9), fixed(9), 3, 4);
  CHECK(values_of(first, mean_response) == values_of(again, mean_response));
  CHECK(values_of(first, mean_response)[0] != values_of(first, mean_response)[1]);
  CHECK(interval_of(first, mean_response).n == 4);
}

TEST_CASE("common random numbers make a difference sharper than either figure") {
  const auto a = values_of(replicate(servers(9), fixed(9), 3, 12), mean_response);
  const auto b = values_of(replicate(servers(10), fixed(10), 3, 12), mean_response);
  const Interval difference = difference_interval(a, b);
  CHECK(difference.low > 0);
  CHECK(difference.half_width() < mean_interval(a).half_width());
}

TEST_CASE("replications go on until the goal is reached, and no further than the most") {
  const PrecisionGoal easy{.relative = 0.5};
  CHECK(replicate_until(servers(9), fixed(9), 3, mean_response, easy).size() == 5);
  const PrecisionGoal goal{.relative = 0.02, .most = 400};
  const auto results = replicate_until(servers(9), fixed(9), 3, mean_response, goal);
  CHECK(results.size() > 5);
  CHECK(results.size() < 400);
  const Interval interval = interval_of(results, mean_response);
  CHECK(interval.half_width() <= 0.02 * interval.mean);
  const PrecisionGoal hard{.relative = 1e-9, .most = 7};
  CHECK(replicate_until(servers(9), fixed(9), 3, mean_response, hard).size() == 7);
}
