#include "tests/accuracy/contest.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <numbers>

#include "tests/temporary_folder.h"

namespace mlplan::accuracy {
namespace {

// Five hours, each like the other: the rate swings between a half and one and a half of its mean.
std::string swinging_rates(const std::string& folder) {
  std::string path = folder + "/rates.csv";
  std::ofstream file(path);
  file << "t_s,rate\n";
  for (int minute = 0; minute < 300; minute += 5)
    file << fmt::format("{},{:.4f}\n", 60 * minute, 10 + 5 * std::sin(2 * std::numbers::pi * minute / 60));
  return path;
}

TEST_CASE("a plan sees the first 60 % of a series, scaled to the load asked for, and is judged on the rest") {
  const tests::TemporaryFolder folder;
  const Result<ContestTraffic> traffic =
      read_contest_traffic({.name = "swing", .path = swinging_rates(folder.path()), .busy = 5, .service_s = 0.1});
  REQUIRE(traffic);
  CHECK(traffic->cut_s == 3 * 3600);
  CHECK(traffic->judged_s == 2 * 3600);
  CHECK(traffic->seen_mean_per_s == doctest::Approx(50));
  CHECK(traffic->judged_mean_per_s == doctest::Approx(50).epsilon(1e-3));
  const auto& seen = std::get<RateSeries>(traffic->seen.shape).per_s;
  const auto& judged = std::get<planner::RateArrivals>(traffic->judged).series.rate_per_s;
  REQUIRE(seen.size() == 36);
  REQUIRE(judged.size() == 2 + 24);  // the warm-up is what was seen last
  CHECK(judged[0] == seen[34]);
  CHECK(judged[1] == seen[35]);
  CHECK(judged[2] == doctest::Approx(seen[0]));  // the next hour begins as the first did
}

TEST_CASE("in traffic that goes on as it was the plan keeps its promise, and each rule is judged beside it") {
  const tests::TemporaryFolder folder;
  const Result<ContestTraffic> traffic =
      read_contest_traffic({.name = "swing", .path = swinging_rates(folder.path()), .busy = 5, .service_s = 0.25});
  REQUIRE(traffic);
  const Result<ContestResult> result = hold_contest(*traffic, 1);
  REQUIRE(result);
  CHECK(result->all.size() == 8);
  CHECK(result->ours().keeps_both());
  // The highest rate seen keeps 7.5 instances busy.
  CHECK(result->all[1].usd_per_hour == doctest::Approx(0.9));
  CHECK(result->all[2].usd_per_hour == doctest::Approx(0.8));
  const Result<ContestResult> again = hold_contest(*traffic, 1);
  REQUIRE(again);
  for (std::size_t i = 0; i < result->all.size(); ++i) {
    CAPTURE(result->all[i].rule);
    CHECK(result->all[i].attainment == again->all[i].attainment);
    CHECK(result->all[i].usd_per_hour == again->all[i].usd_per_hour);
  }
}

}  // namespace
}  // namespace mlplan::accuracy
