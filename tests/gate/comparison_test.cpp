#include "gate/comparison.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "bench/statistics.h"

namespace mlplan::gate {
namespace {

// A warm start of about `base` ns, in n samples that spread by a few percent.
Report report_of(double base, int n, const std::string& session = "s") {
  std::vector<double> samples;
  for (int i = 0; i < n; ++i) samples.push_back(base * (1 + 0.01 * (i % 5)));
  Report report;
  report.mlplan.session = session;
  report.machine.fingerprint = "same";
  report.machine.grade = "A";
  ColdStartState warm;
  warm.name = "warm";
  warm.achieved = true;
  warm.time_to_first_result = bench::summarise(samples);
  report.cold_start.states.push_back(std::move(warm));
  report.memory.peak_rss = bench::summarise(std::vector<double>(static_cast<std::size_t>(n), 1e8));
  report.quality.output_values = 1000;
  return report;
}

const ComparedMeasure& measure(const Comparison& comparison, const std::string& path) {
  const auto found = std::ranges::find(comparison.measures, path, &ComparedMeasure::path);
  REQUIRE(found != comparison.measures.end());
  return *found;
}

constexpr const char* kFirstResult = "cold_start.warm.time_to_first_result";

Comparison compared(const Report& first, const Report& second) {
  return compare({{&first, "first.json"}, {&second, "second.json"}}, {});
}

TEST_CASE("a start that takes a fifth longer is worse, and the other way round better") {
  const Report fast = report_of(100e6, 20);
  const Report slow = report_of(120e6, 20);
  const Comparison forth = compared(fast, slow);
  CHECK(measure(forth, kFirstResult).figures[1].verdict == "worse");
  CHECK(*measure(forth, kFirstResult).figures[1].ratio == doctest::Approx(1.2));
  CHECK(headline_change(forth) == Change::worse);
  const Comparison back = compared(slow, fast);
  CHECK(measure(back, kFirstResult).figures[1].verdict == "better");
  CHECK(*measure(back, kFirstResult).figures[1].ratio == doctest::Approx(1 / 1.2));
  CHECK(headline_change(back) == Change::none);
}

TEST_CASE("samples of one law are the same where there are enough, and unsure where there are few") {
  CHECK(measure(compared(report_of(100e6, 20), report_of(100e6, 20)), kFirstResult).figures[1].verdict == "same");
  const Comparison few = compared(report_of(100e6, 4), report_of(100e6, 4));
  CHECK(measure(few, kFirstResult).figures[1].verdict == "unsure");
  CHECK(headline_change(few) == Change::unsure);
}

TEST_CASE("what got worse between runs that were not in turns is not certain") {
  const Report slow = report_of(120e6, 20, "");
  const Comparison apart = compared(report_of(100e6, 20, ""), slow);
  CHECK_FALSE(apart.reports[1].in_turns);
  CHECK(measure(apart, kFirstResult).figures[1].verdict == "worse");
  CHECK(headline_change(apart) == Change::unsure);
}

TEST_CASE("a change of less than the least effect is none") {
  const Comparison small = compared(report_of(100e6, 40), report_of(102e6, 40));
  CHECK(measure(small, kFirstResult).figures[1].verdict == "same");
}

TEST_CASE("a measure that one report lacks is new or unsure, never the same") {
  Report without = report_of(100e6, 20);
  without.cold_start.states.clear();
  const Report with = report_of(100e6, 20);
  CHECK(measure(compared(without, with), kFirstResult).figures[1].verdict == "new");
  CHECK(measure(compared(with, without), kFirstResult).figures[1].verdict == "unsure");
}

TEST_CASE("a headline that changed comes first") {
  const Comparison comparison = compared(report_of(100e6, 20), report_of(150e6, 20));
  CHECK(comparison.measures.front().path == kFirstResult);
}

TEST_CASE("a NaN more is worse, whatever the least effect") {
  const Report clean = report_of(100e6, 20);
  Report broken = report_of(100e6, 20);
  broken.quality.nan_values = 1;
  CHECK(measure(compared(clean, broken), "quality.nan_values").figures[1].verdict == "worse");
}

TEST_CASE("a count that chance has a part in is never called a change") {
  Report one = report_of(100e6, 20);
  Report other = report_of(100e6, 20);
  one.cold_start.states.front().never_steady = 3;
  other.cold_start.states.front().never_steady = 1;
  CHECK(measure(compared(one, other), "cold_start.warm.never_steady").figures[1].verdict == "unsure");
  CHECK(measure(compared(other, one), "cold_start.warm.never_steady").figures[1].verdict == "unsure");
}

TEST_CASE("a comparison is read back as it was written") {
  const Comparison comparison = compared(report_of(100e6, 20), report_of(150e6, 20));
  const std::string text = write_comparison(comparison);
  const Result<Comparison> again = read_comparison(text, "comparison.json");
  REQUIRE(again);
  CHECK(write_comparison(*again) == text);
}

}  // namespace
}  // namespace mlplan::gate
