#include "planner/simulation/log_histogram.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "planner/simulation/random_streams.h"
#include "planner/simulation/sampler.h"

using namespace mlplan;
using namespace mlplan::planner;

TEST_CASE("every time is in the bin whose edges enclose it, and no bin is wider than 1.6 %") {
  pcg64 random = random_stream(1, 2, 3);
  const Sampler sampler(lognormal(1, 100));
  std::vector<double> values;
  LogHistogram histogram;
  for (int i = 0; i < 20'000; ++i) {
    values.push_back(sampler.draw(random));
    histogram.record(values.back());
  }
  std::sort(values.begin(), values.end());
  std::size_t next = 0;
  for (const HistogramBin& bin : histogram.bins()) {
    if (bin.low > 0) CHECK(bin.high / bin.low <= 1 + 1.0 / 64);
    for (std::int64_t i = 0; i < bin.count; ++i, ++next) {
      REQUIRE(values[next] >= bin.low);
      REQUIRE(values[next] < bin.high);
    }
  }
  CHECK(next == values.size());
  CHECK(histogram.count() == 20'000);
  CHECK(histogram.max() == values.back());
  for (const double q : {0.01, 0.5, 0.99, 0.9999, 1.0}) {
    const double exact = values[static_cast<std::size_t>(std::ceil(q * 20'000 - 1e-9)) - 1];
    CHECK(histogram.quantile(q) >= exact);
    CHECK(histogram.quantile(q) <= exact * (1 + 1.0 / 64));
  }
  for (const double limit : {0.001, 0.1, 1.0, 7.0}) {
    const auto exact = static_cast<double>(std::upper_bound(values.begin(), values.end(), limit) - values.begin());
    const auto sure =
        static_cast<double>(std::lower_bound(values.begin(), values.end(), limit / 1.016) - values.begin());
    CHECK(histogram.share_within(limit) <= exact / 20'000);
    CHECK(histogram.share_within(limit) >= sure / 20'000);
  }
}

TEST_CASE("zeros and times out of range are counted, and histograms add up") {
  LogHistogram histogram;
  CHECK(histogram.quantile(0.5) == 0);
  CHECK(histogram.share_within(1) == 0);
  for (int i = 0; i < 3; ++i) histogram.record(0);
  CHECK(histogram.quantile(0.99) == 0);
  CHECK(histogram.share_within(0) == 1);
  histogram.record(1e9);
  CHECK(histogram.quantile(0.75) < 1e-8);
  CHECK(histogram.quantile(1) > 1e6);
  LogHistogram other;
  other.record(2);
  other.merge(histogram);
  CHECK(other.count() == 5);
  CHECK(other.sum() == 1e9 + 2);
  CHECK(other.max() == 1e9);
  CHECK(other.mean() == other.sum() / 5);
}
