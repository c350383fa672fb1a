#include "gate/regression.h"

#include <doctest/doctest.h>

#include <limits>
#include <random>

#include "tests/gate/figures.h"

using namespace mlplan;
using namespace mlplan::gate;

namespace {

Outcome outcome(const std::vector<double>& now, const std::vector<double>& before, double allowed) {
  return judge_regression(Figure(now).measure, Figure(before).measure, allowed).judgement.outcome;
}

}  // namespace

TEST_CASE("what is worse by more than allowed fails, by less passes") {
  const std::vector<double> before = ladder(100, 0.5, 12);
  CHECK(outcome(ladder(125, 0.5, 12), before, 0.1) == Outcome::fail);
  CHECK(outcome(ladder(105, 0.5, 12), before, 0.1) == Outcome::pass);
  CHECK(outcome(before, before, 0.1) == Outcome::pass);
  CHECK(outcome(ladder(80, 0.5, 12), before, 0.0) == Outcome::pass);
}

TEST_CASE("a difference that the rank test shows, but that is allowed, never fails") {
  const RegressionJudgement found =
      judge_regression(Figure(ladder(109, 0.01, 20)).measure, Figure(ladder(100, 0.01, 20)).measure, 0.1);
  CHECK(*found.figures.p_value < 1e-6);
  CHECK(found.judgement.outcome == Outcome::pass);
}

TEST_CASE("a worse median alone does not fail where the quartile is as good as before") {
  std::vector<double> now = ladder(100, 0.1, 6);
  for (int i = 0; i < 14; ++i) now.push_back(130 + i);
  const std::vector<double> before = ladder(100, 0.1, 20);
  const RegressionJudgement found = judge_regression(Figure(now).measure, Figure(before).measure, 0.1);
  CHECK(*found.figures.ratio > 1.2);
  CHECK(*found.figures.p_value < 0.05);
  CHECK(found.judgement.outcome == Outcome::inconclusive);
}

TEST_CASE("pairs end with the shorter of the two, and what is missing in one leaves the samples apart") {
  std::vector<double> times = {100, 200, 300, 400, 100, 200, 300, 400, 100, 200, 300};
  const Figure before(times);
  times.push_back(200);
  const RegressionJudgement found =
      judge_regression(Figure(times).measure, before.measure, 0.1, kConfidence, Pairing::by_order);
  CHECK(found.judgement.outcome == Outcome::pass);
  CHECK(found.judgement.reason.find("11 pairs") != std::string::npos);
  times[3] = std::numeric_limits<double>::quiet_NaN();
  const RegressionJudgement apart =
      judge_regression(Figure(times).measure, before.measure, 0.1, kConfidence, Pairing::by_order);
  CHECK(apart.judgement.outcome == Outcome::inconclusive);
  CHECK(apart.judgement.reason.find("11 against 11 samples") != std::string::npos);
}

// Of lognormal samples, 25 a side: how many of 400 tries fail at max_regression = 10 %.
TEST_CASE("a slowdown of 20 % is nearly always caught, none never is, and half of what is allowed hardly ever") {
  struct Row {
    double slowdown, spread;
    int least, most;
  };
  for (const Row& row : {Row{1.2, 0.07, 392, 400}, Row{1.2, 0.1, 380, 400}, Row{1.0, 0.1, 0, 0}, Row{1.05, 0.05, 0, 2},
                         Row{1.05, 0.1, 0, 20}}) {
    CAPTURE(row.slowdown);
    CAPTURE(row.spread);
    std::mt19937_64 engine(5);
    std::lognormal_distribution<double> law(0, row.spread);
    const auto run = [&](double factor) {
      std::vector<double> samples(25);
      for (double& sample : samples) sample = factor * law(engine);
      return samples;
    };
    int failed = 0;
    for (int i = 0; i < 400; ++i) {
      const std::vector<double> before = run(1);
      failed += outcome(run(row.slowdown), before, 0.1) == Outcome::fail ? 1 : 0;
    }
    CHECK(failed >= row.least);
    CHECK(failed <= row.most);
  }
}

TEST_CASE("below nine samples a side nothing is told apart") {
  const RegressionJudgement found =
      judge_regression(Figure(ladder(200, 1, 8)).measure, Figure(ladder(100, 1, 30)).measure, 0.1);
  CHECK(found.judgement.outcome == Outcome::inconclusive);
  CHECK(found.judgement.samples_needed == 9);
}

TEST_CASE("noise is inconclusive, and says how many samples would do") {
  const RegressionJudgement found =
      judge_regression(Figure(ladder(80, 5, 10)).measure, Figure(ladder(80, 5, 10)).measure, 0.1);
  CHECK(found.judgement.outcome == Outcome::inconclusive);
  REQUIRE(found.judgement.samples_needed);
  CHECK(*found.judgement.samples_needed > 10);
  const auto n = static_cast<int>(*found.judgement.samples_needed);
  CHECK(outcome(ladder(80, 50.0 / n, n), ladder(80, 50.0 / n, n), 0.1) == Outcome::pass);
}

TEST_CASE("of a rate less is worse") {
  Figure now(ladder(70, 0.1, 12));
  Figure before(ladder(100, 0.1, 12));
  for (Figure* figure : {&now, &before}) {
    figure->measure.lower_is_better = false;
    figure->measure.unit = MeasureUnit::per_second;
  }
  const RegressionJudgement worse = judge_regression(now.measure, before.measure, 0.1);
  CHECK(worse.judgement.outcome == Outcome::fail);
  CHECK(*worse.figures.ratio == doctest::Approx(100.55 / 70.55));
  CHECK(judge_regression(before.measure, now.measure, 0.1).judgement.outcome == Outcome::pass);
}

TEST_CASE("samples in visits are judged by the bounds of each side, not by ranks of what hangs together") {
  const auto row = [](double first) {
    std::vector<std::vector<double>> visits;
    for (int visit = 0; visit < 6; ++visit) visits.push_back(ladder(first + 2 * visit, 0.001, 100));
    return bench::summarise_blocks(visits, {.percentiles = {0.5, 0.9, 0.99}});
  };
  const Stat before = row(100);
  const Stat close = row(104);
  const Stat far = row(140);
  Measure a;
  a.sampling = Sampling::visits;
  a.stat = &before;
  Measure b = a;
  b.stat = &close;
  CHECK(judge_regression(b, a, 0.02).judgement.outcome == Outcome::inconclusive);
  CHECK(judge_regression(b, a, 0.25).judgement.outcome == Outcome::pass);
  CHECK_FALSE(judge_regression(b, a, 0.02).figures.p_value);
  b.stat = &far;
  CHECK(judge_regression(b, a, 0.02).judgement.outcome == Outcome::fail);
  CHECK(judge_regression(b, a, 0.5).judgement.outcome == Outcome::pass);
}

TEST_CASE("exact numbers are compared, and from zero any worsening is one") {
  Measure now;
  Measure before;
  before.exact = 0;
  now.exact = 0;
  CHECK(judge_regression(now, before, 0.1).judgement.outcome == Outcome::pass);
  now.exact = 1;
  CHECK(judge_regression(now, before, 0.1).judgement.outcome == Outcome::fail);
  before.exact = 100;
  now.exact = 109;
  CHECK(judge_regression(now, before, 0.1).judgement.outcome == Outcome::pass);
  now.exact = 111;
  CHECK(judge_regression(now, before, 0.1).judgement.outcome == Outcome::fail);
  now.unit = before.unit = MeasureUnit::flag;
  now.lower_is_better = before.lower_is_better = false;
  now.exact = 0;
  before.exact = 1;
  CHECK(judge_regression(now, before, 0.1).judgement.outcome == Outcome::fail);
  CHECK(judge_regression(before, now, 0.1).judgement.outcome == Outcome::pass);
}

TEST_CASE("rates that were searched for are compared by what held and what did not") {
  Measure before;
  before.unit = MeasureUnit::per_second;
  before.lower_is_better = false;
  before.sampling = Sampling::searched;
  before.searched = {.holds = 100, .fails = 104};
  Measure now = before;
  CHECK(judge_regression(now, before, 0.1).judgement.outcome == Outcome::pass);
  CHECK(judge_regression(now, before, 0.01).judgement.outcome == Outcome::inconclusive);
  now.searched = {.holds = 60, .fails = 63};
  const RegressionJudgement slower = judge_regression(now, before, 0.1);
  CHECK(slower.judgement.outcome == Outcome::fail);
  CHECK(slower.figures.ratio == doctest::Approx(100.0 / 60));
  CHECK(slower.figures.ratio_low == doctest::Approx(100.0 / 63));
  CHECK(slower.figures.ratio_high == doctest::Approx(104.0 / 60));
  CHECK(judge_regression(before, now, 0.1).judgement.outcome == Outcome::pass);
  // No rate holds any more.
  now.searched = {.holds = {}, .fails = 2};
  CHECK(judge_regression(now, before, 0.1).judgement.outcome == Outcome::fail);
  CHECK(judge_regression(before, now, 0.1).judgement.outcome == Outcome::pass);
  // No rate was seen to fail: it may hold far above.
  now.searched = {.holds = 60, .fails = {}};
  CHECK(judge_regression(now, before, 0.1).judgement.outcome == Outcome::inconclusive);
}

TEST_CASE("what either report lacks is inconclusive") {
  const Figure figure(ladder(1, 1, 20));
  Measure missing;
  missing.why_not = "the run measured no warm starts";
  CHECK(judge_regression(missing, figure.measure, 0.1).judgement.reason == "the run measured no warm starts");
  CHECK(judge_regression(figure.measure, missing, 0.1).judgement.reason ==
        "in the baseline: the run measured no warm starts");
}
