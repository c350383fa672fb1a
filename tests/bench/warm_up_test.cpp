#include "bench/warm_up.h"

#include <doctest/doctest.h>

#include <boost/random/bernoulli_distribution.hpp>
#include <boost/random/normal_distribution.hpp>
#include <cmath>
#include <functional>
#include <pcg_random.hpp>

using namespace mlplan::bench;

namespace {

constexpr std::int64_t kMs = 1'000'000;

// Feeds latency(0), latency(1), ... until steady; the number of inferences that took, or nullopt after `most`.
std::optional<std::size_t> run(WarmUpDetector& detector, std::size_t most,
                               const std::function<double(std::size_t)>& latency_ms) {
  for (std::size_t i = 0; i < most; ++i) {
    if (detector.add(static_cast<std::int64_t>(latency_ms(i) * kMs))) return i + 1;
  }
  return std::nullopt;
}

std::vector<std::int64_t> series(std::size_t n, const std::function<double(std::size_t)>& latency_ms) {
  std::vector<std::int64_t> values;
  for (std::size_t i = 0; i < n; ++i) values.push_back(static_cast<std::int64_t>(latency_ms(i) * kMs));
  return values;
}

}  // namespace

TEST_CASE("a constant latency is steady from the first inference") {
  WarmUpDetector detector;
  // Windows of 5 x 20 ms; MSER-5 wants 20 observations, which are four windows.
  CHECK(run(detector, 1000, [](std::size_t) { return 20; }) == 20);
  CHECK(detector.steady());
  CHECK(detector.steady_from() == 5);

  WarmUpDetector fast;  // windows of 50 x 1 ms
  CHECK(run(fast, 1000, [](std::size_t) { return 1; }) == 150);
  CHECK(fast.steady_from() == 0);
}

TEST_CASE("a window is five inferences or 50 ms, whichever is longer") {
  WarmUpDetector slow;  // five inferences of a second each
  CHECK(run(slow, 100, [](std::size_t) { return 1000; }) == 20);
  WarmUpDetector fast;  // 50 ms are 5,000 inferences
  CHECK(run(fast, 100'000, [](std::size_t) { return 0.01; }) == 15'000);
}

TEST_CASE("it stays steady once it is") {
  WarmUpDetector detector;
  run(detector, 1000, [](std::size_t) { return 20; });
  CHECK(detector.add(900 * kMs));
  CHECK(detector.steady_from() == 5);
}

TEST_CASE("an exponential decay is steady only after it has flattened") {
  pcg64 random(29);
  boost::random::normal_distribution<double> noise(0, 0.3);
  for (int trial = 0; trial < 100; ++trial) {
    WarmUpDetector detector;
    const auto decay = [](std::size_t i) { return 10 + 90 * std::exp(-static_cast<double>(i) / 20); };
    const auto inferences = run(detector, 2000, [&](std::size_t i) { return decay(i) + noise(random); });
    REQUIRE(inferences);
    CHECK(decay(detector.steady_from()) < 11.5);
    CHECK(*inferences < 1000);  // and does not take for ever
  }
}

TEST_CASE("a step in the first windows moves the start of steady state behind it") {
  WarmUpDetector detector;
  REQUIRE(run(detector, 2000, [](std::size_t i) { return i < 7 ? 60 : 20; }));
  CHECK(detector.steady_from() >= 7);
  CHECK(detector.steady_from() <= 15);
}

TEST_CASE("the first two slow inferences of a just-in-time compiler are not steady") {
  WarmUpDetector detector;
  CHECK(run(detector, 2000, [](std::size_t i) { return i < 2 ? 800 : 12; }));
  CHECK(detector.steady_from() >= 2);
  CHECK(detector.steady_from() <= 5);
}

TEST_CASE("a transient too small for the windows to see is cut by MSER-5") {
  WarmUpDetector detector;  // the mean of the first window is less than 10 % above the others'
  REQUIRE(run(detector, 2000, [](std::size_t i) { return i < 30 ? 1.09 : (i % 2 == 0 ? 0.99 : 1.01); }));
  CHECK(detector.steady_from() >= 30);
  CHECK(detector.steady_from() < 60);
}

TEST_CASE("two levels that alternate are steady") {
  WarmUpDetector detector;
  CHECK(run(detector, 2000, [](std::size_t i) { return i % 2 == 0 ? 3.0 : 5.0; }));
  CHECK(detector.steady_from() == 0);
}

TEST_CASE("a latency that only ever grows, or only ever falls, is never steady") {
  WarmUpDetector growing;
  CHECK_FALSE(run(growing, 20'000, [](std::size_t i) { return 5 + 0.001 * static_cast<double>(i); }));
  CHECK_FALSE(growing.steady());
  WarmUpDetector falling;
  CHECK_FALSE(run(falling, 20'000, [](std::size_t i) { return 50 - 0.002 * static_cast<double>(i); }));
}

TEST_CASE("noise with a spike in every tenth inference is steady") {
  pcg64 random(17);
  boost::random::normal_distribution<double> noise(10, 0.3);
  boost::random::bernoulli_distribution<double> spike(0.1);
  int steady = 0;
  for (int trial = 0; trial < 100; ++trial) {
    WarmUpDetector detector;
    steady += run(detector, 1000, [&](std::size_t) { return noise(random) * (spike(random) ? 1.5 : 1.0); }).has_value();
  }
  CHECK(steady == 100);
}

TEST_CASE("window means 10 % apart agree, a nanosecond more does not") {
  const auto steady_after = [](std::int64_t slow_ns) {
    WarmUpDetector detector;
    bool steady = false;
    // Windows in turn at 20 ms and at slow_ns: any three hold both.
    for (int i = 0; i < 100 && !steady; ++i) steady = detector.add(i / 5 % 2 == 0 ? 20 * kMs : slow_ns);
    return steady;
  };
  CHECK(steady_after(22 * kMs));
  CHECK_FALSE(steady_after(22 * kMs + 1));
}

TEST_CASE("MSER-5 wants 20 observations") {
  CHECK_FALSE(mser5(series(19, [](std::size_t) { return 1; })));
  CHECK(mser5(series(20, [](std::size_t) { return 1; })) == 0);
  CHECK_FALSE(mser5({}));
}

TEST_CASE("MSER-5 cuts at the batch where the transient ends") {
  CHECK(mser5(series(200, [](std::size_t i) { return i < 40 ? 9 : (i % 2 == 0 ? 1.0 : 1.2); })) == 40);
  CHECK(mser5(series(200, [](std::size_t i) { return i < 38 ? 9 : (i % 2 == 0 ? 1.0 : 1.2); })) == 40);
}

TEST_CASE("MSER-5 finds no cut where the transient fills more than half, or does not end") {
  CHECK_FALSE(mser5(series(200, [](std::size_t i) { return i < 130 ? 9 : (i % 2 == 0 ? 1.0 : 1.2); })));
  CHECK_FALSE(mser5(series(200, [](std::size_t i) { return static_cast<double>(i); })));
}

TEST_CASE("MSER-5 agrees with its definition computed by brute force") {
  pcg64 random(23);
  boost::random::normal_distribution<double> noise(0, 1);
  for (std::size_t n = 20; n < 400; n += 13) {
    const auto values =
        series(n, [&](std::size_t i) { return 50 + 30 * std::exp(-static_cast<double>(i) / 30) + noise(random); });
    const std::size_t batches = n / 5;
    std::vector<double> means;
    for (std::size_t b = 0; b < batches; ++b) {
      double sum = 0;
      for (std::size_t i = 0; i < 5; ++i) sum += static_cast<double>(values[b * 5 + i]);
      means.push_back(sum / 5);
    }
    std::size_t best = 0;
    double smallest = -1;
    for (std::size_t d = 0; d <= std::max(batches / 2, batches - std::min<std::size_t>(batches, 5)); ++d) {
      double mean = 0;
      for (std::size_t b = d; b < batches; ++b) mean += means[b] / static_cast<double>(batches - d);
      double squares = 0;
      for (std::size_t b = d; b < batches; ++b) squares += (means[b] - mean) * (means[b] - mean);
      const double statistic = squares / std::pow(static_cast<double>(batches - d), 2);
      if (smallest < 0 || statistic < smallest) {
        smallest = statistic;
        best = d;
      }
    }
    CAPTURE(n);
    if (best >= batches / 2) {
      CHECK_FALSE(mser5(values));
    } else {
      CHECK(mser5(values) == best * 5);
    }
  }
}
