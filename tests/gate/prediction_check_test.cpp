#include "gate/prediction_check.h"

#include <doctest/doctest.h>

using namespace mlplan;
using namespace mlplan::gate;

namespace {

HeldFigure response(double measured, double low, double high) {
  return {.quantity = "response.p99",
          .unit = "ns",
          .predicted = {100, 90, 110},
          .predicted_jointly = {100, 80, 120},
          .measured = {measured, low, high}};
}

Verification judged(const std::vector<HeldFigure>& figures, const RunFacts& facts = {}, bool interrupted = false) {
  Verification out;
  out.interrupted = interrupted;
  judge_run(figures, facts, out);
  return out;
}

}  // namespace

TEST_CASE("a figure holds inside its interval, misses where its own lies outside the wider one, else is unclear") {
  CHECK(judged({response(109, 100, 130)}).comparisons[0].outcome == "holds");
  CHECK(judged({response(115, 113, 130)}).comparisons[0].outcome == "unclear");
  CHECK(judged({response(125, 119, 130)}).comparisons[0].outcome == "unclear");
  CHECK(judged({response(125, 121, 130)}).comparisons[0].outcome == "misses");
  CHECK(judged({response(75, 70, 79)}).comparisons[0].outcome == "misses");
  CHECK(judged({response(110, 121, 130)}).comparisons[0].error.value() == doctest::Approx(0.1));
}

TEST_CASE("a figure without a predicted interval can neither hold nor miss") {
  HeldFigure figure = response(500, 490, 510);
  figure.predicted = {100, {}, {}};
  figure.predicted_jointly = {100, {}, {}};
  const Verification out = judged({figure});
  CHECK(out.comparisons[0].outcome == "unclear");
  CHECK_FALSE(out.comparisons[0].inside);
  CHECK(out.verdict == "inconclusive");
}

TEST_CASE("a figure that was predicted as a single value holds where it is just that") {
  HeldFigure figure{.quantity = "cold_starts",
                    .unit = "count",
                    .predicted = {3, 3, 3},
                    .predicted_jointly = {3, 3, 3},
                    .measured = {3, 3, 3}};
  CHECK(judged({figure, response(100, 95, 105)}).verdict == "holds");
  figure.measured = {4, 4, 4};
  CHECK(judged({figure}).verdict == "misses");
}

TEST_CASE("the plan holds where nothing misses, and misses where one figure does") {
  CHECK(judged({response(100, 95, 105), response(115, 113, 130)}).verdict == "holds");
  const Verification missed = judged({response(100, 95, 105), response(200, 190, 210)});
  CHECK(missed.verdict == "misses");
  CHECK(missed.why.find("response.p99") != std::string::npos);
}

TEST_CASE("what misses on a noisy machine is not held against the plan") {
  for (const RunFacts& facts : {RunFacts{.late_fraction = 0.2}, RunFacts{.stolen_share = 0.2},
                                RunFacts{.cpu_pressure = 0.9}, RunFacts{.drift = 0.3}}) {
    const Verification out = judged({response(200, 190, 210)}, facts);
    CHECK(out.verdict == "inconclusive");
    CHECK(out.comparisons[0].outcome == "unclear");
    CHECK(out.noise.reasons.size() == 1);
    CHECK(out.comparisons[0].blame == out.noise.reasons[0]);
  }
  CHECK(judged({response(100, 95, 105)}, {.late_fraction = 0.2}).verdict == "holds");
}

TEST_CASE("an interrupted run is inconclusive whatever it shows") {
  CHECK(judged({response(100, 95, 105)}, {}, true).verdict == "inconclusive");
  const Verification early = judged({response(200, 190, 210)}, {}, true);
  CHECK(early.verdict == "inconclusive");
  CHECK(early.comparisons[0].outcome == "unclear");  // a part was held against a prediction of all
}

TEST_CASE("a run that was given up is inconclusive, and says why") {
  const Verification out = judged({response(200, 190, 210)}, {.gave_up = "no memory"});
  CHECK(out.verdict == "inconclusive");
  CHECK(out.comparisons[0].outcome == "unclear");
  CHECK(out.why.find("no memory") != std::string::npos);
}

TEST_CASE("a measured value without bounds may hold and cannot miss") {
  HeldFigure figure = response(500, 490, 510);
  figure.measured = {500, {}, {}};
  CHECK(judged({figure}).comparisons[0].outcome == "unclear");
  figure.measured = {100, {}, {}};
  CHECK(judged({figure}).comparisons[0].outcome == "holds");
}

TEST_CASE("requests that fail make the availability miss, and say why") {
  Verification out;
  out.requests = {.scheduled = 1000, .completed = 800, .failed = 200, .reasons = {{"the model threw: no", 200}}};
  const HeldFigure availability{.quantity = "availability",
                                .unit = "share",
                                .predicted = {1, 1, 1},
                                .predicted_jointly = {1, 1, 1},
                                .measured = {0.8, 0.8, 0.8}};
  judge_run({response(100, 95, 105), availability}, {}, out);
  CHECK(out.verdict == "misses");
  CHECK(out.comparisons[0].outcome == "holds");
  CHECK(out.comparisons[1].blame == "200 requests of 1000 failed: the model threw: no.");
  CHECK(out.next.find("answers") != std::string::npos);
}

TEST_CASE("a run in which no response time could be told holds nothing") {
  const HeldFigure busy{.quantity = "utilisation",
                        .unit = "share",
                        .predicted = {0.5, 0.4, 0.6},
                        .predicted_jointly = {0.5, 0.3, 0.7},
                        .measured = {0.5, 0.5, 0.5}};
  const Verification out = judged({busy});
  CHECK(out.verdict == "inconclusive");
  CHECK(out.why.find("too few") != std::string::npos);
}

TEST_CASE("workers that end are to blame for instances that were started for them") {
  const HeldFigure starts{.quantity = "cold_starts",
                          .unit = "count",
                          .predicted = {0, 0, 0},
                          .predicted_jointly = {0, 0, 0},
                          .measured = {3, 3, 3}};
  const Verification out = judged({starts, response(100, 95, 105)}, {.ended = 3});
  CHECK(out.comparisons[0].outcome == "misses");
  CHECK(out.comparisons[0].blame.find("3 workers ended") != std::string::npos);
}

TEST_CASE("a slower inference is to blame for a response that misses, and is said to be measured again") {
  const Verification out = judged({response(200, 190, 210)}, {.service_ratio = 1.3});
  CHECK(out.verdict == "misses");
  REQUIRE(out.explanations.size() == 1);
  CHECK(out.explanations[0].cause == "service_inflated");
  CHECK(out.comparisons[0].blame == out.explanations[0].sentence);
  CHECK(out.next.find("mlplan bench") != std::string::npos);
  CHECK(judged({response(100, 95, 105)}, {.service_ratio = 1.01}).explanations.empty());
}

TEST_CASE("a report whose times are not today's is to blame for these alone") {
  HeldFigure inference = response(80, 75, 85);
  inference.quantity = "inference.p50";
  const Verification out = judged({inference, response(200, 190, 210)}, {.pace = 0.8});
  CHECK(out.verdict == "misses");
  REQUIRE(out.explanations.size() == 1);
  CHECK(out.explanations[0].cause == "report_outdated");
  CHECK(out.comparisons[0].blame == out.explanations[0].sentence);
  CHECK(out.comparisons[1].blame.empty());
  CHECK(judged({response(100, 95, 105)}, {.pace = 1.02}).explanations.empty());
}

TEST_CASE("starts that took longer are to blame for exposure, not for the response time of all") {
  HeldFigure exposure{.quantity = "exposure",
                      .unit = "share",
                      .predicted = {0.01, 0.005, 0.02},
                      .predicted_jointly = {0.01, 0.004, 0.03},
                      .measured = {0.1, 0.1, 0.1}};
  const Verification out = judged({exposure, response(200, 190, 210)}, {.start_ratio = 2, .starts = 5});
  CHECK(out.comparisons[0].blame.find("starts") != std::string::npos);
  CHECK(out.comparisons[0].error.value() == doctest::Approx(0.09));
  CHECK(out.comparisons[1].blame.empty());
}

TEST_CASE("a prediction so wide that nearly anything lies in it proves nothing") {
  HeldFigure figure = response(100, 95, 105);
  figure.predicted = {100, 40, 300};
  figure.predicted_jointly = {100, 30, 400};
  HeldFigure busy{.quantity = "utilisation",
                  .unit = "share",
                  .predicted = {0.82, 0.7, 0.9},
                  .predicted_jointly = {0.82, 0.6, 1},
                  .measured = {0.8, 0.8, 0.8}};
  const Verification out = judged({figure, busy}, {.drift = 0.12});
  CHECK(out.comparisons[0].outcome == "unclear");
  CHECK(out.verdict == "inconclusive");
  CHECK(out.why ==
        "The interval of response.p99 is wider than twice its value: the machine's speed changes by 12.0 %, and at a "
        "utilisation of 82.0 % waits hang on that.");
  CHECK(out.next.find("--duration") != std::string::npos);
  CHECK(judged({figure}).why == "The interval of response.p99 is wider than twice its value.");
}
