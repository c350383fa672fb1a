#include "planner/queueing/deterministic_queue.h"

#include <doctest/doctest.h>

#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <numeric>

using namespace mlplan::planner;

namespace {

// Another road to the same numbers (Spitzer 1956): the wait is the maximum of a random walk whose step is one service
// time less the time that `servers` arrivals take.
struct Walk {
  double wait = 0;
  double mean = 0;
};

Walk walk(std::int64_t servers, double utilisation) {
  const double rate = utilisation * static_cast<double>(servers);
  double positive = 0;
  Walk result;
  for (int k = 1; k < 200'000; ++k) {
    const auto arrivals = static_cast<double>(k * servers);
    const double reached = boost::math::gamma_p(arrivals, rate * k);
    positive += reached / k;
    result.mean += (k * reached - arrivals / rate * boost::math::gamma_p(arrivals + 1, rate * k)) / k;
    if (reached < 1e-14) break;
  }
  result.wait = 1 - std::exp(-positive);
  return result;
}

}  // namespace

TEST_CASE("M/D/c has the published waits, and serves as much as arrives") {
  struct Row {
    std::int64_t servers;
    double utilisation, mean, wait;
  };
  for (const Row& row :
       {Row{1, .9, 4.5, .9}, Row{2, .5, .176741, .323259}, Row{2, .7, .493610, .565367}, Row{2, .9, 2.146923, .847108},
        Row{5, .7, .135517, .358117}, Row{5, .9, .776695, .747829}, Row{10, .7, .041872, .204322},
        Row{10, .9, .344582, .646861}, Row{20, .9, .144286, .523265}, Row{50, .9, .039526, .335543}}) {
    CAPTURE(row.servers);
    CAPTURE(row.utilisation);
    const auto solution = solve(DeterministicQueue{row.utilisation * static_cast<double>(row.servers), 1, row.servers});
    CHECK(std::abs(solution.mean_wait - row.mean) < 1.1e-6);
    CHECK(std::abs(solution.probability_of_wait - row.wait) < 1.1e-6);
    CHECK(solution.balance < 1e-11);
    CHECK(std::abs(std::accumulate(solution.waiting.begin(), solution.waiting.end(), 0.0) - 1) < 1e-12);
  }
}

TEST_CASE("M/D/c agrees with the maximum of a random walk, from one server to many") {
  for (const std::int64_t servers : {1, 3, 17, 200}) {
    for (const double utilisation : {0.1, 0.6, 0.95}) {
      CAPTURE(servers);
      CAPTURE(utilisation);
      const auto solution = solve(DeterministicQueue{utilisation * static_cast<double>(servers) / 0.02, 0.02, servers});
      const Walk expected = walk(servers, utilisation);
      CHECK(std::abs(solution.mean_wait / 0.02 - expected.mean) < 1e-9 * (1 + expected.mean));
      CHECK(std::abs(solution.probability_of_wait - expected.wait) < 1e-9);
      CHECK(solution.balance < 1e-11);
    }
  }
}

TEST_CASE("the law of the wait has the mean it should, and its quantiles invert it") {
  for (const auto& [servers, utilisation] : {std::pair<std::int64_t, double>{1, 0.8}, {4, 0.9}, {30, 0.95}}) {
    CAPTURE(servers);
    const auto solution = solve(DeterministicQueue{utilisation * static_cast<double>(servers), 1, servers});
    CHECK(std::abs(wait_tail(solution, 0) - solution.probability_of_wait) < 1e-9);
    double mean = 0;
    constexpr double kStep = 0.01;
    for (int i = 0; i < 15'000; ++i) mean += kStep * wait_tail(solution, (i + 0.5) * kStep);
    CHECK(std::abs(mean / solution.mean_wait - 1) < 1e-3);
    const double p99 = wait_quantile(solution, 0.99);
    CHECK(std::abs(wait_tail(solution, p99) - 0.01) < 1e-8);
    CHECK(wait_quantile(solution, 0.0) == 0);
  }
  // M/D/1: P(wait <= t) = (1 - r) sum over k <= t of (-r (t - k))^k / k! exp(r (t - k)).
  const double r = 0.7;
  const double t = 2.4;
  double below = 0;
  double factorial = 1;
  for (int k = 0; k <= 2; ++k) {
    if (k > 0) factorial *= k;
    below += (1 - r) * std::pow(-r * (t - k), k) / factorial * std::exp(r * (t - k));
  }
  CHECK(std::abs(wait_tail(solve(DeterministicQueue{r, 1, 1}), t) - (1 - below)) < 1e-10);
}

TEST_CASE("an empty, an unstable and a nonsensical M/D/c say so") {
  CHECK(solve(DeterministicQueue{0, 1, 3}).mean_wait == 0);
  CHECK(wait_tail(solve(DeterministicQueue{0, 1, 3}), 0) == 0);
  CHECK(std::isinf(solve(DeterministicQueue{3, 1, 3}).mean_wait));
  CHECK(std::isinf(wait_quantile(solve(DeterministicQueue{3, 1, 3}), 0.5)));
  CHECK(wait_tail(solve(DeterministicQueue{4, 1, 3}), 9) == 1);
  CHECK(std::isnan(solve(DeterministicQueue{1, 0, 3}).mean_wait));
  CHECK(std::isnan(solve(DeterministicQueue{1, 1, 0}).mean_wait));
}
