#include "cli/commands/trace_arrivals.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "planner/simulation/random_streams.h"
#include "profiles/support/atomic_file.h"
#include "profiles/traffic_csv.h"
#include "tests/temporary_folder.h"

using namespace mlplan;
using namespace mlplan::cli;

namespace {

struct Trace {
  explicit Trace(const std::string& text) : path(folder.path() + "/t.csv") {
    REQUIRE(write_file(path, text));
    const Result<Traffic> read = read_traffic_file(path);
    REQUIRE(read);
    traffic = *read;
  }
  tests::TemporaryFolder folder;
  std::string path;
  Traffic traffic;
};

std::vector<double> all_of(const planner::Arrivals& arrivals) {
  const auto source = planner::make_source(arrivals, planner::random_stream(1, 0, 1));
  std::vector<double> times;
  double chunk[2];  // shorter than the trace
  for (std::size_t n = 2; n == 2;) {
    n = source->fill(chunk);
    times.insert(times.end(), chunk, chunk + n);
  }
  return times;
}

constexpr const char* kFive = "arrival\n10\n11\n11.5\n13\n14\n";

}  // namespace

TEST_CASE("a trace is the same from memory and from the file, again and again") {
  const Trace trace(kFive);
  const auto listed = open_arrivals(trace.traffic);
  const auto streamed = open_arrivals(trace.traffic, {}, {}, 2);
  REQUIRE(listed);
  REQUIRE(streamed);
  REQUIRE(std::holds_alternative<planner::ListedArrivals>(listed->arrivals));
  REQUIRE(std::holds_alternative<planner::StreamedArrivals>(streamed->arrivals));
  const std::vector<double> expected = {0, 1, 1.5, 3, 4};
  for (const auto* opened : {&*listed, &*streamed}) {
    CHECK(all_of(opened->arrivals) == expected);
    CHECK(all_of(opened->arrivals) == expected);
    CHECK(opened->reading->has_value());
  }
}

TEST_CASE("a window of a trace begins at 0 and ends before its end") {
  const Trace trace(kFive);
  for (const std::int64_t most : {std::int64_t{2}, kMostListed})
    CHECK(all_of(open_arrivals(trace.traffic, {1, 2.0}, {}, most)->arrivals) == std::vector<double>{0, 0.5});
  CHECK(open_arrivals(trace.traffic, {100, 2.0}).error().message.find("no request") != std::string::npos);
}

TEST_CASE("an error in the middle of a stream is kept") {
  const Trace trace(kFive);
  const auto streamed = open_arrivals(trace.traffic, {}, {}, 2);
  REQUIRE(streamed);
  REQUIRE(write_file(trace.path, "arrival\n10\n11\nsoon\n"));
  CHECK(all_of(streamed->arrivals).size() == 2);
  REQUIRE_FALSE(streamed->reading->has_value());
  CHECK(streamed->reading->error().where.find(":4") != std::string::npos);
}

TEST_CASE("a trace that is gone, or a pipe, is refused before anything is played") {
  Trace trace(kFive);
  auto& path = std::get<RequestTrace>(trace.traffic.shape).path;
  path = trace.folder.path() + "/gone.csv";
  CHECK(open_arrivals(trace.traffic).error().message == "there is no such file");
  path = trace.folder.path() + "/pipe";
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  CHECK(open_arrivals(trace.traffic).error().message.find("read again") != std::string::npos);
}

TEST_CASE("traffic that is not a trace is played by its rates") {
  Traffic traffic;
  traffic.shape = ConstantRate{3};
  const auto opened = open_arrivals(traffic, {}, planner::Bursts{0.5, 30});
  REQUIRE(opened);
  const auto& rates = std::get<planner::RateArrivals>(opened->arrivals);
  CHECK(rates.burst_scv == 0.5);
  CHECK(rates.series.rate_per_s == std::vector<double>{3});
}
