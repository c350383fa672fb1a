#include "profiles/slo.h"

#include <doctest/doctest.h>

#include <random>

using namespace mlplan;

namespace {

template <class T>
std::string wrong(const Result<T>& result) {
  REQUIRE_FALSE(result);
  CHECK(result.error().kind == ErrorKind::usage);
  CHECK_FALSE(result.error().hint.empty());
  return result.error().message;
}

}  // namespace

TEST_CASE("latency objectives are read as the command line spells them, and sorted") {
  const auto one = parse_latency_objectives("p99=80ms");
  REQUIRE(one);
  REQUIRE(one->size() == 1);
  CHECK((*one)[0].quantile == doctest::Approx(0.99));
  CHECK((*one)[0].at_most_ns == 80e6);
  const auto several = parse_latency_objectives("p99.9 = 1s, p50=20ms,p99=80ms");
  REQUIRE(several);
  REQUIRE(several->size() == 3);
  CHECK(format_latency_objective((*several)[0]) == "p50 within 20.0 ms");
  CHECK(percentile_name((*several)[2].quantile) == "p99.9");
}

TEST_CASE("latency objectives that cannot be kept or meant are refused") {
  CHECK(wrong(parse_latency_objectives("80ms")) == "'80ms' has no '='");
  CHECK(wrong(parse_latency_objectives("99=80ms")) == "'99' is no percentile");
  CHECK(wrong(parse_latency_objectives("p20=80ms")) == "'p20' is not from p50 to p99.99");
  CHECK(wrong(parse_latency_objectives("p100=80ms")) == "'p100' is not from p50 to p99.99");
  CHECK(wrong(parse_latency_objectives("p99=80")) == "\"80\" has no unit");
  CHECK(wrong(parse_latency_objectives("p99=0ms")) == "'p99=0ms' leaves no time at all");
  CHECK(wrong(parse_latency_objectives("p99=80ms,p99=90ms")) == "p99 stands twice");
  CHECK(wrong(parse_latency_objectives("p50=90ms,p99=80ms")) == "p50 leaves more time than p99");
  CHECK(wrong(parse_latency_objectives("p99=80ms,")) == "'' has no '='");
}

TEST_CASE("exposure, availability and failures") {
  CHECK(*parse_exposure("0.1%") == doctest::Approx(0.001));
  CHECK(wrong(parse_exposure("0%")) == "'0%' is not above 0 and below 100 %");
  CHECK(wrong(parse_exposure("0.1")) == "\"0.1\" has no unit");
  CHECK(*parse_availability("99.95%") == doctest::Approx(0.9995));
  CHECK(wrong(parse_availability("100%")) == "'100%' is not from 50 % to below 100 %");
  CHECK(parse_survival("1")->instances == 1);
  CHECK(parse_survival("zone")->zones == 1);
  CHECK(parse_survival("2,zone")->instances == 2);
  CHECK(parse_survival("2,zone")->zones == 1);
  for (const char* text : {"", "two", "-1", "1,2", "zone,zone", "5000", "1,"})
    CHECK(wrong(parse_survival(text)).find("is no number of failures") != std::string::npos);
}

TEST_CASE("an objective is empty until something is asked for") {
  Slo slo;
  CHECK(slo.is_empty());
  slo.survive.zones = 1;
  CHECK_FALSE(slo.is_empty());
}

TEST_CASE("random objectives are read or refused, never worse") {
  std::mt19937_64 engine(23);
  static constexpr std::string_view kLetters = "p9950.=,ms%zone1 -\xff";
  for (int round = 0; round < 20000; ++round) {
    std::string text = round % 2 == 0 ? "p99=" : "";
    for (auto n = engine() % 16; n > 0; --n) text += kLetters[engine() % kLetters.size()];
    if (const auto objectives = parse_latency_objectives(text)) {
      for (const LatencyObjective& objective : *objectives) CHECK(objective.at_most_ns > 0);
    }
    if (const auto share = parse_exposure(text)) CHECK(*share > 0);
    if (const auto share = parse_availability(text)) CHECK(*share < 1);
    if (const auto survival = parse_survival(text)) CHECK(survival->instances >= 0);
  }
}
