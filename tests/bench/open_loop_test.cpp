#include "bench/open_loop.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <boost/random/uniform_01.hpp>
#include <cmath>
#include <limits>
#include <numeric>
#include <pcg_random.hpp>

using namespace mlplan;
using namespace mlplan::bench;

namespace {

constexpr double kMs = 1e6;

// Requests served first in, first out by `servers`, each sent `lateness` after its time and started as soon as it can
// be: every server looked at for every request, in place of the product's heap.
OpenVisit served(const std::vector<std::int64_t>& arrivals, const std::vector<double>& services, std::size_t servers,
                 const std::vector<double>& lateness = {}) {
  OpenVisit out;
  std::vector<double> free(servers, 0.0);
  for (std::size_t i = 0; i < arrivals.size(); ++i) {
    ServedRequest request;
    request.scheduled = static_cast<double>(arrivals[i]);
    request.sent = request.scheduled + (lateness.empty() ? 0 : lateness[i]);
    std::size_t first = 0;
    for (std::size_t k = 1; k < servers; ++k) {
      if (free[k] < free[first]) first = k;
    }
    request.started = std::max(request.sent, free[first]);
    request.done = free[first] = request.started + services[i];
    out.requests.push_back(request);
  }
  out.last_arrival = static_cast<double>(arrivals.back());
  return out;
}

OpenVisit poisson_visit(double rate_per_s, double service_ns, std::int64_t count, std::uint64_t seed,
                        std::size_t servers = 1) {
  return served(arrival_times(Arrivals::poisson, rate_per_s, count, seed),
                std::vector<double>(static_cast<std::size_t>(count), service_ns), servers);
}

std::vector<double> responses_of(const OpenVisit& visit) {
  std::vector<double> out;
  for (const ServedRequest& request : visit.requests) out.push_back(response_of(request));
  return out;
}

const std::vector<double> kPercentiles = {0.5, 0.9, 0.99};

}  // namespace

TEST_CASE("a constant schedule has equal gaps, a Poisson one the rate and gaps as varied as their mean") {
  CHECK(arrival_times(Arrivals::constant, 100, 4, 1) ==
        std::vector<std::int64_t>{0, 10'000'000, 20'000'000, 30'000'000});
  const std::vector<std::int64_t> times = arrival_times(Arrivals::poisson, 100, 20'000, 7);
  CHECK(std::is_sorted(times.begin(), times.end()));
  CHECK(static_cast<double>(times.back()) == doctest::Approx(200e9).epsilon(0.03));
  double squares = 0;
  for (std::size_t i = 1; i < times.size(); ++i) squares += std::pow(static_cast<double>(times[i] - times[i - 1]), 2);
  CHECK(squares / 20'000 == doctest::Approx(2 * 1e14).epsilon(0.06));  // twice the square of the mean
  CHECK(arrival_times(Arrivals::poisson, 100, 50, 7) == std::vector(times.begin(), times.begin() + 50));
  CHECK(arrival_times(Arrivals::poisson, 100, 50, 8) != std::vector(times.begin(), times.begin() + 50));
}

TEST_CASE("response is counted from the schedule, and is queue and service") {
  const ServedRequest request{10, 12, 15, 40};
  CHECK(response_of(request) == 30);
  CHECK(queue_of(request) == 5);
  CHECK(service_of(request) == 25);
  CHECK(lateness_of(request) == 2);
}

TEST_CASE("requests sent on time have the responses that were measured, whatever the servers") {
  pcg64 random(3);
  boost::random::uniform_01<double> uniform;
  for (const std::size_t servers : {1U, 2U, 5U}) {
    CAPTURE(servers);
    std::vector<double> services(500);
    for (double& each : services) each = (1 + 8 * uniform(random)) * kMs;
    const OpenVisit visit =
        served(arrival_times(Arrivals::poisson, 150.0 * static_cast<double>(servers), 500, 5), services, servers);
    const std::vector<double> replayed = punctual_responses(visit.requests, static_cast<std::int64_t>(servers));
    const std::vector<double> measured = responses_of(visit);
    for (std::size_t i = 0; i < measured.size(); ++i) CHECK(replayed[i] == doctest::Approx(measured[i]));
  }
}

TEST_CASE("what lateness adds is taken off again, also for those that wait behind a late one") {
  const std::vector<std::int64_t> arrivals = {0, 20'000'000, 25'000'000, 60'000'000};
  const std::vector<double> services(4, 10 * kMs);
  const OpenVisit on_time = served(arrivals, services, 1);
  const OpenVisit late = served(arrivals, services, 1, {0, 7 * kMs, 0, 0});
  CHECK(responses_of(late)[1] == 17 * kMs);
  CHECK(responses_of(late)[2] == 22 * kMs);
  const std::vector<double> replayed = punctual_responses(late.requests, 1);
  for (std::size_t i = 0; i < 4; ++i) CHECK(replayed[i] == doctest::Approx(responses_of(on_time)[i]));
}

TEST_CASE("the time a server takes to pick up a request is the server's, not the generator's") {
  OpenVisit visit = served({0, 50'000'000}, {10 * kMs, 10 * kMs}, 1);
  visit.requests[1].started += 2 * kMs;
  visit.requests[1].done += 2 * kMs;
  CHECK(punctual_responses(visit.requests, 1)[1] == 12 * kMs);
}

TEST_CASE("below capacity there are percentiles, with the load and what came out") {
  std::vector<OpenVisit> visits;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) visits.push_back(poisson_visit(50, 10 * kMs, 400, seed));
  const OpenLoopFigures figures = open_loop_figures(visits, 1, kPercentiles);
  CHECK_FALSE(figures.saturated);
  CHECK(figures.settled);
  CHECK_FALSE(figures.generator_late);
  CHECK(figures.late_fraction == 0);
  CHECK(figures.utilisation == doctest::Approx(0.5).epsilon(0.1));
  CHECK(figures.throughput.median == doctest::Approx(50).epsilon(0.1));
  CHECK(figures.run_in == 5);  // 2 rho / (1 - rho)^2 + 1 at a load of about a half
  CHECK(figures.response.n == 6 * (400 - figures.run_in));
  CHECK(figures.service.median == 10 * kMs);
  CHECK(figures.response.min >= 10 * kMs);
  REQUIRE(figures.response.percentiles.at("p99").value);
  CHECK(*figures.response.percentiles.at("p99").value > *figures.response.percentiles.at("p50").value);
  // M/D/1 at a half: the mean wait is half of a service.
  const std::vector<double>& queue = figures.queue.samples;
  CHECK(std::accumulate(queue.begin(), queue.end(), 0.0) / static_cast<double>(queue.size()) ==
        doctest::Approx(5 * kMs).epsilon(0.2));
}

TEST_CASE("above capacity the queue grows: a label and the throughput reached, and no latency") {
  const std::vector<OpenVisit> visits = {poisson_visit(150, 10 * kMs, 300, 1), poisson_visit(150, 10 * kMs, 300, 2)};
  const OpenLoopFigures figures = open_loop_figures(visits, 1, kPercentiles);
  CHECK(figures.saturated);
  CHECK(figures.response.n == 0);
  CHECK(figures.queue.n == 0);
  CHECK(figures.response.percentiles.empty());
  CHECK(figures.service.median == 10 * kMs);
  CHECK(figures.service.percentiles.empty());
  CHECK(figures.throughput.median == doctest::Approx(100).epsilon(0.01));
  CHECK(figures.utilisation > 1);
  CHECK_FALSE(open_loop_figures({poisson_visit(150, 10 * kMs, 300, 1, 2)}, 2, kPercentiles).saturated);
}

TEST_CASE("requests that were not served before the end say saturated too") {
  OpenVisit visit = poisson_visit(50, 10 * kMs, 300, 1);
  visit.unserved = 3;
  CHECK(open_loop_figures({visit}, 1, kPercentiles).saturated);
}

TEST_CASE("a queue that had no time to settle has a median and no percentiles") {
  const OpenLoopFigures figures = open_loop_figures({poisson_visit(95, 10 * kMs, 200, 4)}, 1, kPercentiles);
  CHECK(figures.utilisation < 1);
  CHECK_FALSE(figures.settled);
  CHECK_FALSE(figures.saturated);
  CHECK(figures.response.n == 100);
  CHECK(figures.response.percentiles.empty());
}

TEST_CASE("a generator that is late against the service is found at fault, and its lateness is in the interval") {
  const std::int64_t count = 200;
  const auto visits_with = [&](double lateness_ns) {
    std::vector<OpenVisit> visits;
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
      visits.push_back(served(arrival_times(Arrivals::poisson, 20, count, seed), std::vector<double>(count, 10 * kMs),
                              1, std::vector<double>(count, lateness_ns)));
    }
    return visits;
  };
  const OpenLoopFigures little = open_loop_figures(visits_with(0.5 * kMs), 1, kPercentiles);
  CHECK_FALSE(little.generator_late);
  CHECK(little.late_fraction == 0);  // a twentieth of a service
  REQUIRE(little.response.low);
  CHECK(*little.response.low <= 10.01 * kMs);  // as on time
  CHECK(little.response.median >= 10.5 * kMs);
  const OpenLoopFigures much = open_loop_figures(visits_with(4 * kMs), 1, kPercentiles);
  CHECK(much.generator_late);
  CHECK(much.late_fraction == 1);
}

TEST_CASE("a visit that ended before it told anything is left out") {
  OpenVisit broken;
  broken.requests.resize(1);
  CHECK(open_loop_figures({}, 1, kPercentiles).response.n == 0);
  CHECK(open_loop_figures({broken}, 1, kPercentiles).throughput.n == 0);
  CHECK(open_loop_figures({broken, poisson_visit(50, 10 * kMs, 100, 1)}, 1, kPercentiles).throughput.n == 1);
}

TEST_CASE("the lower bound of a quantile lies below it, rises with the samples and needs some") {
  std::vector<std::vector<double>> blocks(6);
  for (std::size_t i = 0; i < 600; ++i) blocks[i % 6].push_back(static_cast<double>(i));
  const auto low = quantile_at_least(blocks, 0.9, 0.95);
  REQUIRE(low);
  CHECK(*low < 540);
  CHECK(*low > 480);
  CHECK_FALSE(quantile_at_least({{1.0, 2.0}}, 0.9, 0.95));
  CHECK_FALSE(quantile_at_least({}, 0.9, 0.95));
}
