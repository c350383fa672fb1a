#include "cli/commands/traffic_flags.h"

#include <doctest/doctest.h>

#include "cli/commands/slo_flags.h"
#include "profiles/support/atomic_file.h"
#include "tests/temporary_folder.h"

using namespace mlplan;
using namespace mlplan::cli;

namespace {

Result<Traffic> opened(const std::vector<std::string>& arguments, TrafficChoice* kept = nullptr) {
  TrafficChoice choice;
  Flags flags("mlplan x", "");
  declare_traffic(flags, choice);
  const auto help = flags.parse(arguments, Style{});
  if (!help) return fail(help.error());
  if (kept != nullptr) *kept = choice;
  return open_traffic(choice);
}

std::string message(const std::vector<std::string>& arguments) {
  const Result<Traffic> traffic = opened(arguments);
  if (traffic) return "";
  CHECK(exit_code(traffic.error().kind) == 2);
  CHECK_MESSAGE(!(traffic.error().where + traffic.error().hint).empty(), traffic.error().message);
  return traffic.error().message;
}

bool holds(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a rate is constant traffic, and says how it was given") {
  const auto traffic = opened({"--rate", "7200/min"});
  REQUIRE(traffic);
  CHECK(std::get<ConstantRate>(traffic->shape).per_s == 120);
  CHECK(traffic->source == "--rate 7200/min");
}

TEST_CASE("a peak or 24 hours make a day of the mean rate") {
  const auto peak = opened({"--rate", "100/s", "--peak", "300/s", "--peak-hour", "3"});
  REQUIRE(peak);
  CHECK(mean_per_s(*peak) == doctest::Approx(100));
  CHECK(rates_of(*peak).per_s[3] == doctest::Approx(300));
  CHECK(peak->source == "--rate 100/s --peak 300/s --peak-hour 3");
  const auto usual = opened({"--rate", "100/s", "--peak", "300/s"});
  CHECK(rates_of(*usual).per_s[14] == doctest::Approx(300));
  const auto hours = opened({"--rate", "10/s", "--hours", "0,0,0,0,0,0,0,0,0,0,0,1,1,0,0,0,0,0,0,0,0,0,0,0"});
  REQUIRE(hours);
  CHECK(rates_of(*hours).per_s[12] == doctest::Approx(120));
}

TEST_CASE("rates can be scaled, with the burstiness that follows") {
  CHECK(mean_per_s(*opened({"--rate", "100/s", "--scale-traffic", "2"})) == 200);
  CHECK(peak_per_s(*opened({"--rate", "100/s", "--peak", "300/s", "--scale-traffic", "0.5"})) == doctest::Approx(150));
  const tests::TemporaryFolder folder;
  const std::string path = folder.path() + "/rates.csv";
  REQUIRE(write_file(path, "time,rate\n0,10\n60,20\n120,30\n"));
  const auto doubled = opened({"--traffic", path, "--scale-traffic", "2"});
  REQUIRE(doubled);
  CHECK(mean_per_s(*doubled) == 40);
  CHECK(doubled->notes.back() == "all rates times 2");

  std::string counts = "time,count\n";
  for (int i = 0; i < 40; ++i) counts += std::to_string(60 * i) + (i % 2 == 0 ? ",10\n" : ",30\n");
  REQUIRE(write_file(path, counts));
  const auto once = opened({"--traffic", path});
  const auto thrice = opened({"--traffic", path, "--scale-traffic", "3"});
  REQUIRE(!once->burstiness.dispersion.empty());
  // Variance 100 over mean 20, of which 1 would be Poisson's.
  CHECK(once->burstiness.dispersion[0].index == doctest::Approx(5));
  CHECK(thrice->burstiness.dispersion[0].index == doctest::Approx(13));
}

TEST_CASE("bursts are kept for whoever plays the traffic") {
  TrafficChoice choice;
  REQUIRE(opened({"--rate", "100/s", "--burst", "0.5@2m"}, &choice));
  CHECK(choice.bursts->scv == 0.5);
  CHECK(choice.bursts->interval_s == 120);
  REQUIRE(opened({"--rate", "100/s", "--burst", "0.25"}, &choice));
  CHECK(choice.bursts->interval_s == 60);
}

TEST_CASE("columns of a file can be named") {
  const tests::TemporaryFolder folder;
  const std::string path = folder.path() + "/rates.csv";
  REQUIRE(write_file(path, "when,load\n0,10\n60,20\n"));
  const auto traffic = opened({"--traffic", path, "--traffic-map", "time=when", "--traffic-map", "rate=load"});
  REQUIRE(traffic);
  CHECK(mean_per_s(*traffic) == 15);
}

TEST_CASE("traffic that cannot be is one clear error") {
  CHECK(holds(message({}), "not said how many requests"));
  CHECK(holds(message({"--rate", "0/s"}), "no traffic at all"));
  CHECK(message({"--rate", "120"}) != "");
  CHECK(holds(message({"--rate", "1/s", "--traffic", "x.csv"}), "exclude"));
  CHECK(holds(message({"--peak", "1/s"}), "there is none"));
  CHECK(holds(message({"--rate", "100/s", "--peak", "50/s"}), "below the mean"));
  CHECK(holds(message({"--rate", "1/s", "--peak-hour", "3"}), "--peak-hour needs --peak"));
  CHECK(holds(message({"--rate", "1/s", "--peak", "2/s", "--peak-hour", "24"}), "no hour"));
  CHECK(holds(message({"--rate", "1/s", "--hours", "1,2"}), "24 hours"));
  CHECK(holds(message({"--rate", "1/s", "--traffic-map", "time=t"}), "there is none"));
  CHECK(holds(message({"--rate", "1/s", "--burst", "much"}), "no variance"));
  CHECK(holds(message({"--rate", "1/s", "--scale-traffic", "0"}), "no factor"));
  CHECK(message({"--traffic", "/nowhere/x.csv"}) != "");
  const tests::TemporaryFolder folder;
  const std::string path = folder.path() + "/x.csv";
  REQUIRE(write_file(path, "time,rate\n0,0\n60,0\n"));
  CHECK(holds(message({"--traffic", path}), "no request ever comes"));
  REQUIRE(write_file(path, "arrival\n0\n1\n2\n"));
  CHECK(holds(message({"--traffic", path, "--scale-traffic", "2"}), "cannot be scaled"));
  CHECK(holds(message({"--traffic", path, "--burst", "1@60s"}), "its own bursts"));
}

TEST_CASE("objectives are read where they are declared") {
  Slo slo;
  Flags flags("mlplan x", "");
  declare_slo(flags, slo);
  REQUIRE(flags.parse(
      {"--slo", "p99=80ms,p50=20ms", "--exposure", "0.1%", "--availability", "99.9%", "--survive", "zone"}, Style{}));
  CHECK(slo.latency.size() == 2);
  CHECK(*slo.exposure == doctest::Approx(0.001));
  CHECK(*slo.availability == doctest::Approx(0.999));
  CHECK(slo.survive.zones == 1);
  CHECK(flags.parse({"--slo", "p99"}, Style{}).error().where == "--slo p99");
}
