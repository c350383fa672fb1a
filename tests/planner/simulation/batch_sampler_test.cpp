#include "planner/simulation/batch_sampler.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "planner/simulation/random_streams.h"

using namespace mlplan::planner;

TEST_CASE("sizes between those measured lie on the line, and those above go on along it") {
  const std::vector<BatchService> service = {{1, deterministic(10)}, {4, deterministic(16)}, {8, deterministic(32)}};
  const BatchSampler sampler(service, 12);
  pcg64 random = random_stream(1, 0, 0);
  const std::vector<double> expected = {10, 12, 14, 16, 20, 24, 28, 32, 36, 40, 44, 48};
  for (std::int64_t batch = 1; batch <= 12; ++batch) {
    CAPTURE(batch);
    CHECK(std::abs(sampler.mean(batch) - expected[static_cast<std::size_t>(batch - 1)]) < 1e-9);
    CHECK(std::abs(sampler.draw(batch, random) - sampler.mean(batch)) < 1e-9);
  }
}

TEST_CASE("a size in between has the shape of the next larger one") {
  const std::vector<BatchService> service = {{1, deterministic(10)}, {3, empirical({20, 40})}};
  const BatchSampler sampler(service, 3);
  pcg64 random = random_stream(1, 0, 0);
  for (int i = 0; i < 50; ++i) {
    const double time = sampler.draw(2, random);
    CHECK((std::abs(time - 20 * 20.0 / 30) < 1e-9 || std::abs(time - 40 * 20.0 / 30) < 1e-9));
  }
}

TEST_CASE("of one size, smaller batches take as long and larger ones in proportion") {
  const std::vector<BatchService> service = {{4, deterministic(8)}};
  const BatchSampler sampler(service, 8);
  CHECK(sampler.mean(1) == 8);
  CHECK(sampler.mean(4) == 8);
  CHECK(sampler.mean(8) == 16);
}
