#include "planner/queueing/delay_queue.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace mlplan::planner;

namespace {

bool near(double value, double expected, double tolerance) { return std::abs(value - expected) <= tolerance; }

}  // namespace

TEST_CASE("a call centre of 100 calls in 30 minutes at 3 minutes each is the published example") {
  struct Row {
    std::int64_t servers;
    double wait, service_level;
  };
  for (const Row& row : {Row{11, 0.682118, 0.389614}, Row{12, 0.449388, 0.640158}, Row{13, 0.285270, 0.795595},
                         Row{14, 0.174132, 0.888350}}) {
    CAPTURE(row.servers);
    const DelayQueue queue{100.0 / 1800, 1.0 / 180, row.servers};
    CHECK(near(queue.load(), 10, 1e-12));
    CHECK(near(probability_of_wait(queue), row.wait, 1e-6));
    CHECK(near(1 - wait_tail(queue, 20), row.service_level, 1e-6));
  }
  const DelayQueue calls{100.0 / 1800, 1.0 / 180, 0};
  CHECK(servers_for_wait(calls, 20, 0.2) == 14);
  CHECK(near(DelayQueue{100.0 / 1800, 1.0 / 180, 14}.utilisation(), 0.714286, 1e-6));
  CHECK(std::ceil(14 / (1 - 0.3)) == 20);  // with the example's shrinkage
}

TEST_CASE("M/M/c has the published waits") {
  struct Row {
    std::int64_t servers;
    double utilisation, wait, mean;
  };
  for (const Row& row :
       {Row{2, 0.8, 0.711111, 1.777778}, Row{5, 0.8, 0.554113, 0.554113}, Row{10, 0.9, 0.668732, 0.668732},
        Row{100, 0.9, 0.216940, 0.021694}, Row{1000, 0.95, 0.068253, 0.00136507}}) {
    CAPTURE(row.servers);
    const DelayQueue queue{row.utilisation * static_cast<double>(row.servers), 1, row.servers};
    CHECK(near(probability_of_wait(queue), row.wait, 1e-6));
    CHECK(near(mean_wait(queue), row.mean, 1e-6));
    CHECK(near(mean_response(queue), row.mean + 1, 1e-6));
    CHECK(near(mean_queue_length(queue), row.mean * queue.arrival_rate, 1e-3));
  }
  CHECK(near(wait_quantile({9, 1, 10}, 0.99), 4.202798, 1e-6));
}

TEST_CASE("the response time of one server is exponential") {
  const DelayQueue queue{0.6, 1, 1};
  for (const double time : {0.0, 0.5, 2.0, 9.0}) CHECK(near(response_tail(queue, time), std::exp(-0.4 * time), 1e-12));
  CHECK(near(response_quantile(queue, 0.99), -std::log(0.01) / 0.4, 1e-9));
  CHECK(response_quantile(queue, 0) == 0);
}

TEST_CASE("the response time is the service after the wait, also where both rates are equal") {
  // servers x rate - arrivals = rate: 5 servers at rate 1 with 4 arrivals.
  for (const double arrivals : {3.2, 4.0, 4.0 + 1e-9, 4.9}) {
    CAPTURE(arrivals);
    const DelayQueue queue{arrivals, 1, 5};
    // P(response > t) = e^-t + integral over 0..t of e^-u P(wait > t - u) du, by Simpson's rule.
    const double time = 2.5;
    constexpr int kSteps = 2000;
    double sum = 0;
    for (int i = 0; i <= kSteps; ++i) {
      const double u = time * i / kSteps;
      sum += (i == 0 || i == kSteps ? 1 : i % 2 ? 4 : 2) * std::exp(-u) * wait_tail(queue, time - u);
    }
    const double expected = std::exp(-time) + sum * time / kSteps / 3;
    CHECK(near(response_tail(queue, time), expected, 1e-9));
    const double p95 = response_quantile(queue, 0.95);
    CHECK(near(response_tail(queue, p95), 0.05, 1e-12));
    // Quantiles do not add up.
    CHECK(p95 < wait_quantile(queue, 0.95) - std::log(0.05));
  }
}

TEST_CASE("the smallest number of servers is enough and one fewer is not") {
  for (const double load : {0.4, 3.0, 17.3, 250.0}) {
    CAPTURE(load);
    DelayQueue queue{load, 1, 0};
    queue.servers = servers_for_wait(queue, 0.1, 0.05);
    CHECK(wait_tail(queue, 0.1) <= 0.05);
    queue.servers -= 1;
    CHECK((queue.servers == 0 || wait_tail(queue, 0.1) > 0.05));
    queue.servers = servers_for_response(queue, 3.5, 0.05).value();
    CHECK(response_tail(queue, 3.5) <= 0.05);
    queue.servers -= 1;
    CHECK((queue.servers == 0 || response_tail(queue, 3.5) > 0.05));
  }
  CHECK_FALSE(servers_for_response({10, 1, 0}, 2.9, 0.05));  // 5 % of services alone take longer
}

TEST_CASE("an unstable queue waits for ever, and nonsense is NaN") {
  CHECK(std::isinf(mean_wait({5, 1, 5})));
  CHECK(std::isinf(response_quantile({5, 1, 4}, 0.5)));
  CHECK(wait_tail({5, 1, 5}, 100) == 1);
  CHECK(std::isnan(mean_wait({-1, 1, 5})));
  CHECK(std::isnan(mean_wait({1, 1, 0})));
  CHECK(std::isnan(wait_quantile({1, 1, 2}, 1)));
  CHECK(mean_wait({0, 1, 1}) == 0);
}

TEST_CASE("square-root staffing has Halfin and Whitt's limits, and the exact value is near") {
  for (const auto& [beta, delay] : {std::pair{0.5, 0.50454}, {1.0, 0.22336}, {1.5, 0.08469}, {2.0, 0.02688}}) {
    CAPTURE(beta);
    CHECK(near(halfin_whitt_delay(beta), delay, 5e-6));
    CHECK(near(halfin_whitt_beta(delay), beta, 5e-4));
  }
  CHECK(square_root_staffing(100, 1) == 110);
  CHECK(near(probability_of_wait({100, 1, 110}), 0.23701, 5e-6));
  CHECK(square_root_staffing(100, 1, 4) == 120);
  CHECK(square_root_staffing(0, 1) == 0);
  // The limit is approached as the load grows.
  CHECK(near(probability_of_wait({1e6, 1, square_root_staffing(1e6, 1)}), halfin_whitt_delay(1), 2e-4));
}
