#include "gate/clause.h"

#include <doctest/doctest.h>

#include "gate/bounds.h"
#include "tests/gate/figures.h"

using namespace mlplan;
using namespace mlplan::gate;

TEST_CASE("the bounds of a median are the published order statistics") {
  struct Row {
    int n, rank;
  };
  for (const Row& row : {Row{5, 5}, Row{8, 7}, Row{11, 9}, Row{16, 12}, Row{20, 15}}) {
    CAPTURE(row.n);
    const Figure figure(ladder(1, 1, row.n));  // the r-th smallest is r
    const Bounds bounds = bounds_of(figure.measure, 0.95);
    CHECK(bounds.high == row.rank);
    CHECK(bounds.low == row.n + 1 - row.rank);
    CHECK(judge_at_most(figure.measure, row.rank).outcome == Outcome::pass);
    CHECK(judge_at_most(figure.measure, row.rank - 0.5).outcome == Outcome::inconclusive);
    CHECK(judge_at_most(figure.measure, row.n + 1 - row.rank).outcome == Outcome::inconclusive);
    CHECK(judge_at_most(figure.measure, row.n + 0.5 - row.rank).outcome == Outcome::fail);
    CHECK(judge_at_least(figure.measure, row.n + 1 - row.rank).outcome == Outcome::pass);
    CHECK(judge_at_least(figure.measure, row.rank + 0.5).outcome == Outcome::fail);
    CHECK(judge_at_least(figure.measure, row.rank).outcome == Outcome::inconclusive);
  }
}

TEST_CASE("one to four samples say nothing of a median, on whichever side they lie") {
  for (int n = 1; n <= 4; ++n) {
    CAPTURE(n);
    const Figure figure(ladder(100, 1, n));
    for (const double limit : {1.0, 1000.0}) {
      const Judgement judgement = judge_at_most(figure.measure, limit);
      CHECK(judgement.outcome == Outcome::inconclusive);
      CHECK(judgement.samples_needed == 5);
    }
  }
}

TEST_CASE("the samples that would decide are the fewest at which the share beyond the limit decides") {
  // 9 of 12 within: the bound is the 10th. At n = 20 the 15th bounds it, and 15 are within.
  std::vector<double> samples = ladder(1, 0, 9);
  samples.insert(samples.end(), {3, 3, 3});
  const Figure mostly(samples);
  const Judgement judgement = judge_at_most(mostly.measure, 2);
  CHECK(judgement.outcome == Outcome::inconclusive);
  REQUIRE(judgement.samples_needed);
  CHECK(*judgement.samples_needed > 12);
  const auto needed = static_cast<int>(*judgement.samples_needed);
  const auto with_share = [](int n) {
    std::vector<double> out;
    for (int i = 0; i < n; ++i) out.push_back(4 * i < 3 * n ? 1 : 3);
    return out;
  };
  CHECK(judge_at_most(Figure(with_share(needed)).measure, 2).outcome == Outcome::pass);
  // Half on either side: no number of samples would tell.
  std::vector<double> halves = ladder(1, 0, 6);
  halves.insert(halves.end(), {3, 3, 3, 3, 3, 3});
  CHECK_FALSE(judge_at_most(Figure(halves).measure, 2).samples_needed);
}

TEST_CASE("a percentile passes only with the samples that bound it, and may fail with fewer") {
  Figure figure(ladder(1, 1, 28));
  figure.measure = with_percentile(figure.measure, 0.9);
  CHECK(judge_at_most(figure.measure, 1000).outcome == Outcome::inconclusive);
  CHECK(judge_at_most(figure.measure, 1000).samples_needed == 29);
  CHECK(judge_at_most(figure.measure, 1).outcome == Outcome::fail);
  Figure enough(ladder(1, 1, 29));
  enough.measure = with_percentile(enough.measure, 0.9);
  CHECK(judge_at_most(enough.measure, 1000).outcome == Outcome::pass);
}

TEST_CASE("samples known only to be longer than all count as such") {
  Figure figure(ladder(1, 1, 5));
  figure.measure.censored = 5;
  CHECK(judge_at_most(figure.measure, 1000).outcome == Outcome::inconclusive);
  CHECK(bounds_of(figure.measure, 0.95).low == 2);
  CHECK(count_of(figure.measure) == 10);
}

TEST_CASE("the median of samples in visits is bounded by the visits, its percentiles by their effective samples") {
  std::vector<std::vector<double>> visits;
  for (int visit = 0; visit < 6; ++visit) visits.push_back(ladder(100 + visit, 0.001, 200));
  Measure measure;
  measure.unit = MeasureUnit::nanoseconds;
  measure.sampling = Sampling::visits;
  const Stat stat = bench::summarise_blocks(visits, {.percentiles = {0.5, 0.9, 0.99}});
  measure.stat = &stat;
  // As if 1,200 independent samples, the median would be known to within 0.1.
  CHECK(bounds_of(measure, 0.95).low == stat.low);
  CHECK(bounds_of(measure, 0.95).high == stat.high);
  CHECK(judge_at_most(measure, 103).outcome == Outcome::inconclusive);
  CHECK(judge_at_most(measure, 106).outcome == Outcome::pass);

  const Stat alone = bench::summarise_blocks({ladder(100, 0.001, 2000)}, {.percentiles = {0.5, 0.9}});
  measure.stat = &alone;
  CHECK_FALSE(bounds_of(measure, 0.95).high);
  CHECK(judge_at_most(measure, 1e9).outcome == Outcome::inconclusive);
}

TEST_CASE("the bounds of a percentile of many samples come from the histogram, never too favourable") {
  std::vector<std::vector<double>> visits;
  for (int visit = 0; visit < 10; ++visit) visits.push_back(ladder(1000 + visit * 0.01, 1, 1000));
  const Stat stat = bench::summarise_blocks(visits, {.percentiles = {0.5, 0.9}});
  REQUIRE_FALSE(stat.histogram.empty());
  Measure measure;
  measure.sampling = Sampling::visits;
  measure.stat = &stat;
  const Bounds bounds = bounds_of(with_percentile(measure, 0.9), 0.95);
  REQUIRE((bounds.low && bounds.high));
  CHECK(*bounds.low < 1900);
  CHECK(*bounds.high > 1900);
  CHECK(*bounds.low > 1800);
  CHECK(*bounds.high < 2000);
  CHECK(*bounds.high >= *stat.percentiles.at("p90").high);
}

TEST_CASE("an exact number bounds itself, and what was not made says why") {
  Measure measure;
  measure.exact = 3;
  CHECK(judge_at_most(measure, 3).outcome == Outcome::pass);
  CHECK(judge_at_most(measure, 2.9).outcome == Outcome::fail);
  CHECK(judge_at_least(measure, 3).outcome == Outcome::pass);
  measure.sampling = Sampling::point;
  CHECK(judge_at_most(measure, 100).outcome == Outcome::inconclusive);
  Measure missing;
  missing.why_not = "the run measured no warm starts";
  const Judgement judgement = judge_at_most(missing, 1);
  CHECK(judgement.outcome == Outcome::inconclusive);
  CHECK(judgement.reason == "the run measured no warm starts");
}

TEST_CASE("a rate that was searched for passes where one as high held, and fails where one as low did not") {
  Measure measure;
  measure.unit = MeasureUnit::per_second;
  measure.lower_is_better = false;
  measure.sampling = Sampling::searched;
  measure.searched = {.holds = 80, .fails = 90};
  CHECK(judge_at_least(measure, 79).outcome == Outcome::pass);
  CHECK(judge_at_least(measure, 80).outcome == Outcome::pass);
  CHECK(judge_at_least(measure, 81).outcome == Outcome::inconclusive);
  CHECK(judge_at_least(measure, 89).outcome == Outcome::inconclusive);
  CHECK(judge_at_least(measure, 90).outcome == Outcome::fail);
  CHECK(judge_at_least(measure, 91).outcome == Outcome::fail);
  CHECK(judge_at_most(measure, 79).outcome == Outcome::fail);
  CHECK(judge_at_most(measure, 80).outcome == Outcome::inconclusive);
  CHECK(judge_at_most(measure, 90).outcome == Outcome::pass);
  CHECK(judge_at_least(measure, 85).reason.find("held at 80.0/s and did not at 90.0/s") != std::string::npos);
  // The search has its own confidence, that more looks do not ask more of.
  CHECK(judge_at_least(measure, 80, 0.99).outcome == Outcome::pass);

  measure.searched = {.holds = 80, .fails = {}};
  CHECK(judge_at_least(measure, 80).outcome == Outcome::pass);
  CHECK(judge_at_least(measure, 1e6).outcome == Outcome::inconclusive);
  measure.searched = {.holds = {}, .fails = 2};
  CHECK(judge_at_least(measure, 1).outcome == Outcome::inconclusive);
  CHECK(judge_at_least(measure, 2).outcome == Outcome::fail);
}

TEST_CASE("fail beats inconclusive beats pass") {
  CHECK(worse_of(Outcome::pass, Outcome::pass) == Outcome::pass);
  CHECK(worse_of(Outcome::pass, Outcome::inconclusive) == Outcome::inconclusive);
  CHECK(worse_of(Outcome::inconclusive, Outcome::pass) == Outcome::inconclusive);
  CHECK(worse_of(Outcome::inconclusive, Outcome::fail) == Outcome::fail);
  CHECK(worse_of(Outcome::fail, Outcome::pass) == Outcome::fail);
}
