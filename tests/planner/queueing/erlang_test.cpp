#include "planner/queueing/erlang.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace mlplan::planner;

TEST_CASE("offered loads of the classic traffic table lose the share it states") {
  struct Row {
    int servers;
    double blocking, load;
  };
  const Row table[] = {{5, 0.01, 1.361},    {10, 0.001, 3.092}, {10, 0.01, 4.461}, {10, 0.02, 5.084},
                       {20, 0.01, 12.03},   {20, 0.02, 13.18},  {50, 0.01, 37.90}, {50, 0.02, 40.26},
                       {100, 0.001, 75.24}, {100, 0.01, 84.06}, {100, 0.02, 87.97}};
  for (const Row& row : table) {
    CAPTURE(row.servers);
    CAPTURE(row.blocking);
    CHECK(std::abs(erlang_b(row.servers, row.load) / row.blocking - 1) < 0.003);  // the table has four digits
    CHECK(std::abs(load_for_blocking(row.servers, row.blocking) - row.load) < 0.0006 * row.load);
    CHECK(servers_for_blocking(row.load * 0.999, row.blocking) == row.servers);
  }
}

TEST_CASE("a few servers lose what summing the Poisson terms gives") {
  for (const double load : {0.1, 1.0, 3.0, 12.5}) {
    double term = 1;
    double sum = 1;
    CHECK(erlang_b(0, load) == 1);
    for (int servers = 1; servers <= 20; ++servers) {
      term *= load / servers;
      sum += term;
      CHECK(std::abs(erlang_b(servers, load) / (term / sum) - 1) < 1e-12);
    }
  }
}

TEST_CASE("fractional servers obey the recursion and lie between their neighbours") {
  for (const double load : {0.3, 2.0, 9.0, 80.0}) {
    for (const double servers : {0.25, 1.5, 7.75, 60.5}) {
      CAPTURE(load);
      CAPTURE(servers);
      const double here = erlang_b(servers, load);
      const double next = erlang_b(servers + 1, load);
      CHECK(std::abs(next / (load * here / (servers + 1 + load * here)) - 1) < 1e-12);
      CHECK(here < erlang_b(std::floor(servers), load));
      CHECK(here > erlang_b(std::ceil(servers), load));
    }
  }
  // 1/B(1/2, a) = a * integral of exp(-a t) sqrt(1 + t), by Simpson's rule at a = 2.
  double sum = 0;
  constexpr int kSteps = 200'000;
  for (int i = 0; i <= kSteps; ++i) {
    const double t = 20.0 * i / kSteps;
    sum += (i == 0 || i == kSteps ? 1 : i % 2 ? 4 : 2) * std::exp(-2 * t) * std::sqrt(1 + t);
  }
  CHECK(std::abs(erlang_b(0.5, 2) * (2 * sum * 20 / kSteps / 3) - 1) < 1e-10);
}

TEST_CASE("huge systems agree with the recursion done step by step") {
  for (const double load : {9'000.0, 29'000.0, 29'990.0, 30'000.0, 31'000.0, 300'000.0}) {
    CAPTURE(load);
    double inverse = 1;
    for (int k = 1; k <= 30'000; ++k) inverse = 1 + k / load * inverse;
    const double expected = 1 / inverse;
    CHECK(std::abs(erlang_b(30'000, load) - expected) <= 1e-10 * expected);
  }
  CHECK(erlang_b(1e9, 0.9e9) == 0);
  CHECK(std::abs(erlang_b(1e9, 1e9) * std::sqrt(1e9) - std::sqrt(2 / 3.14159265358979)) < 1e-4);
  CHECK(std::abs(erlang_b(1e6, 1e9) - (1 - 1e-3)) < 1e-5);
}

TEST_CASE("delay follows from loss, and an unstable queue makes everyone wait") {
  CHECK(std::abs(erlang_c(2, 1.6) - 0.711111) < 1e-6);
  CHECK(std::abs(erlang_c(1, 0.7) - 0.7) < 1e-12);
  CHECK(erlang_c(3, 3) == 1);
  CHECK(erlang_c(3, 4) == 1);
  CHECK(erlang_c(3, 0) == 0);
}

TEST_CASE("arguments without meaning give NaN, and nothing to do loses nothing") {
  CHECK(std::isnan(erlang_b(-1, 1)));
  CHECK(std::isnan(erlang_b(1, -1)));
  CHECK(std::isnan(erlang_b(1, std::nan(""))));
  CHECK(std::isnan(erlang_c(-1, 1)));
  CHECK(std::isnan(load_for_blocking(5, 1)));
  CHECK(erlang_b(4, 0) == 0);
  CHECK(servers_for_blocking(0, 0.01) == 1);
}
