#include "bench/stopping_rule.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <boost/random/lognormal_distribution.hpp>
#include <boost/random/normal_distribution.hpp>
#include <pcg_random.hpp>

#include "bench/statistics.h"

using namespace mlplan::bench;

namespace {

constexpr double kMs = 1e6;

std::vector<double> constant(std::size_t n, double latency_ms) { return std::vector<double>(n, latency_ms * kMs); }

bool mentions(const std::vector<std::string>& unmet, const std::string& text) {
  return std::find(unmet.begin(), unmet.end(), text) != unmet.end();
}

}  // namespace

TEST_CASE("a running quantile is the nearest rank of all samples so far") {
  pcg64 random(1);
  boost::random::lognormal_distribution<double> skewed(0, 2);
  for (const double q : {0.25, 0.5, 0.75}) {
    RunningQuantile running(q);
    std::vector<double> sorted;
    for (int i = 0; i < 300; ++i) {
      const double x = skewed(random);
      running.add(x);
      sorted.insert(std::upper_bound(sorted.begin(), sorted.end(), x), x);
      REQUIRE(running.value() == quantile(sorted, q));
    }
  }
}

TEST_CASE("six blocks of a quiet model with the samples for p99 converge") {
  StoppingRule rule;
  for (int block = 0; block < 6; ++block) {
    CHECK(rule.verdict() == Stop::go_on);
    rule.add_block(constant(100, 2));
  }
  CHECK(rule.verdict() == Stop::converged);
  CHECK(rule.verdict(true) == Stop::converged);
  CHECK(rule.unmet().empty());
}

TEST_CASE("every condition that is not met is named with its numbers") {
  StoppingRule rule;
  rule.add_block(std::vector<double>{10 * kMs, 10 * kMs, 10 * kMs, 11 * kMs, 11 * kMs});
  CHECK(rule.unmet() == std::vector<std::string>{"n = 5 < 10", "0.052 s measured < 0.5 s",
                                                 "1 of 6 blocks for an interval of the median", "n = 5 < 29 for p90",
                                                 "n = 5 < 299 for p99", "IQR/median 10 % > 2 %"});
  CHECK(rule.verdict() == Stop::go_on);
  CHECK(rule.verdict(true) == Stop::time_box);
}

TEST_CASE("nothing measured leaves everything unmet, and one sample is called that") {
  StoppingRule rule;
  CHECK(rule.verdict() == Stop::go_on);
  CHECK(rule.verdict(true) == Stop::time_box);
  CHECK(mentions(rule.unmet(), "n = 0 < 10"));
  rule.add_block(std::vector<double>{});
  rule.add_block(std::vector<double>{600 * kMs});
  CHECK(rule.verdict() == Stop::go_on);
  CHECK(rule.verdict(true) == Stop::single_sample);
  CHECK(mentions(rule.unmet(), "1 of 6 blocks for an interval of the median"));
}

TEST_CASE("each limit itself is enough") {
  StoppingOptions options;
  options.percentiles = {};
  options.min_blocks = 1;
  StoppingRule rule(options);
  rule.add_block(constant(9, 50));
  CHECK(rule.unmet() == std::vector<std::string>{"n = 9 < 10", "0.45 s measured < 0.5 s"});
  rule.add_block(constant(1, 50));
  CHECK(rule.verdict() == Stop::converged);
}

TEST_CASE("a spread of exactly 2 % is quiet, more is not") {
  const auto verdict = [](double upper) {
    StoppingOptions options;
    options.percentiles = {};
    options.min_blocks = 1;
    StoppingRule rule(options);
    std::vector<double> block;
    for (int i = 0; i < 5; ++i) block.insert(block.end(), {99 * kMs, 100 * kMs, 100 * kMs, upper * kMs});
    rule.add_block(block);  // quartiles: 99 and, by nearest rank, 100: the third quarter ends before `upper`
    block.clear();
    for (int i = 0; i < 10; ++i) block.push_back(upper * kMs);
    rule.add_block(block);  // now `upper` is the third quartile
    return rule.verdict();
  };
  CHECK(verdict(102) == Stop::converged);  // quartiles 100 and 102
  CHECK(verdict(102.1) == Stop::go_on);
}

TEST_CASE("a wide but settled spread ends as noise_converged, with the spread still named") {
  pcg64 random(5);
  boost::random::normal_distribution<double> noisy(10 * kMs, 2 * kMs);
  StoppingRule rule;
  for (int block = 0; block < 12; ++block) {
    std::vector<double> latencies;
    for (int i = 0; i < 200; ++i) latencies.push_back(noisy(random));
    rule.add_block(latencies);
  }
  CHECK(rule.verdict() == Stop::noise_converged);
  REQUIRE(rule.unmet().size() == 1);
  CHECK(rule.unmet()[0].starts_with("IQR/median 2"));  // about 27 % for this normal distribution
}

TEST_CASE("a spread that still grows has not converged") {
  StoppingOptions options;
  options.percentiles = {};
  StoppingRule rule(options);
  double distance = 0;
  for (int block = 0; block < 8; ++block) {
    std::vector<double> latencies;
    for (int i = 0; i < 100; ++i, distance += 5000) latencies.push_back(10 * kMs + (i % 2 == 0 ? distance : -distance));
    rule.add_block(latencies);
  }
  REQUIRE(rule.unmet().size() == 1);
  CHECK(rule.unmet()[0].starts_with("IQR/median"));
  CHECK(rule.verdict() == Stop::go_on);
}

TEST_CASE("64 estimates of the noise are not yet enough, 80 are: they begin with the tenth sample") {
  StoppingOptions options;
  options.percentiles = {};
  options.min_blocks = 1;
  const auto verdict_after = [&](int n) {
    StoppingRule rule(options);
    // Quartiles 9 and 11 throughout, so that the estimate settles at once.
    std::vector<double> block;
    for (int i = 0; i < n; ++i) block.push_back((i % 2 == 0 ? 9.0 : 11.0) * kMs);
    rule.add_block(block);
    return rule.verdict();
  };
  CHECK(verdict_after(9 + 64) == Stop::go_on);
  CHECK(verdict_after(9 + 79) == Stop::go_on);  // looked at every 16th only
  CHECK(verdict_after(9 + 80) == Stop::noise_converged);
}

TEST_CASE("blocks that differ need more samples than independent ones, and that is said") {
  StoppingRule rule;
  for (int block = 0; block < 8; ++block) rule.add_block(constant(100, block == 3 ? 30 : 10));
  bool said = false;
  for (const std::string& text : rule.unmet()) {
    said = said || (text.starts_with("n = 800 < ") && text.ends_with("since samples of one block resemble each other"));
  }
  CHECK(said);
  CHECK(rule.verdict() == Stop::go_on);
}

TEST_CASE("verdicts have the names that reports use") {
  CHECK(name_of(Stop::converged) == "converged");
  CHECK(name_of(Stop::noise_converged) == "noise_converged");
  CHECK(name_of(Stop::time_box) == "time_box");
  CHECK(name_of(Stop::single_sample) == "single_sample");
}
