#include "bench/pool/pool_figures.h"

#include <doctest/doctest.h>

using namespace mlplan;
using namespace mlplan::bench;

namespace {

constexpr std::int64_t kMs = 1'000'000;

// One every 10 ms, answered after 1, 2, ... ms; half a millisecond to the worker, a quarter back.
PoolRecord record_of(std::int64_t count) {
  PoolRecord record;
  for (std::int64_t i = 0; i < count; ++i) {
    PlayedRequest request;
    request.scheduled_ns = i * 10 * kMs;
    request.sent_ns = request.given_ns = request.scheduled_ns;
    request.heard_ns = request.scheduled_ns + (i % 100 + 1) * kMs;
    request.started_ns = request.given_ns + kMs / 2;
    request.done_ns = request.heard_ns - kMs / 4;
    request.batch = 1;
    request.outcome = RequestOutcome::done;
    record.requests.push_back(request);
  }
  PoolMark begin;
  PoolMark end;
  end.at_ns = count * 10 * kMs;
  end.totals.busy_slot_s = 3;
  end.totals.ready_slot_s = 4;
  end.totals.events = {.cold_starts = 2, .draws = 5, .misses = 1};
  record.marks = {begin, end};
  return record;
}

double value_of(const PoolRecord& record, const char* name) {
  const std::optional<MeasuredFigure> figure = measured_figure(record, name, 0.95);
  REQUIRE(figure);
  return figure->value;
}

}  // namespace

TEST_CASE("percentiles of the response are order statistics, with intervals that hold them") {
  const PoolRecord record = record_of(1000);
  for (const auto& [name, value] :
       {std::pair{"response.p50", 0.050}, {"response.p90", 0.090}, {"response.p99", 0.099}}) {
    const std::optional<MeasuredFigure> figure = measured_figure(record, name, 0.95);
    REQUIRE(figure);
    CHECK(figure->value == doctest::Approx(value));
    if (!figure->low) continue;
    CHECK(*figure->low <= figure->value);
    CHECK(*figure->high >= figure->value);
  }
  CHECK(measured_figure(record, "response.p50", 0.95)->low);
  CHECK(value_of(record, "response.mean") == doctest::Approx(0.0505));
}

TEST_CASE("a percentile that the requests cannot carry is left out, and without an interval where they are few") {
  CHECK_FALSE(measured_figure(record_of(99), "response.p99", 0.95));
  CHECK(measured_figure(record_of(100), "response.p99", 0.95));
  CHECK_FALSE(measured_figure(record_of(20), "response.p50", 0.95)->low);
  CHECK_FALSE(measured_figure(record_of(20), "no.such", 0.95));
}

TEST_CASE("shares count what was sent, and only what was answered is available or exposed") {
  PoolRecord record = record_of(10);
  record.requests[0].outcome = RequestOutcome::lost;
  record.requests[1].outcome = RequestOutcome::unsent;
  record.requests[2].exposed = true;
  record.requests[0].exposed = true;
  CHECK(value_of(record, "availability") == doctest::Approx(8.0 / 9));
  CHECK(value_of(record, "exposure") == doctest::Approx(1.0 / 9));
  CHECK(value_of(record, "utilisation") == doctest::Approx(0.75));
  CHECK(value_of(record, "cold_starts") == 2);
  CHECK(value_of(record, "pool_draws") == 5);
  CHECK(value_of(record, "pool_misses") == 1);
}

TEST_CASE("the hand-over is the way to the worker and back, and lateness is the generator's") {
  PoolRecord record = record_of(100);
  CHECK(hand_over(record).to_worker_s == doctest::Approx(0.0005));
  CHECK(hand_over(record).total_s() == doctest::Approx(0.00075));
  CHECK(lateness(record).late_fraction == 0);
  for (std::size_t i = 0; i < 10; ++i) record.requests[i].sent_ns += 20 * kMs;
  CHECK(lateness(record).late_fraction == doctest::Approx(0.1));
  CHECK(lateness(record).p99_s == doctest::Approx(0.02));
  CHECK(services(record, 1).size() == 100);
  CHECK(services(record, 2).empty());
  PoolRecord slower = record_of(100);
  for (std::size_t i = 0; i < 100; ++i)
    slower.requests[i].started_ns = slower.requests[i].done_ns - static_cast<std::int64_t>(i < 50 ? 1 : 2) * kMs;
  const double middle_s = static_cast<double>(slower.requests[50].done_ns) / 1e9;
  const std::vector<double> means = mean_services(slower, middle_s, 3, 5);
  REQUIRE(means.size() == 3);
  CHECK(means[0] == doctest::Approx(0.001));
  CHECK(means[1] == doctest::Approx(0.002));
  CHECK(means[2] == 0);
  CHECK(mean_services(slower, middle_s, 2, 51) == std::vector<double>{0, 0});
}

TEST_CASE("an objective is missed by what takes longer, and by what was not answered") {
  PoolRecord record = record_of(1000);
  const MeasuredFigure usual = missed_share(record, 0.090, 0.95);
  CHECK(usual.value == doctest::Approx(0.1));
  REQUIRE(usual.low);
  CHECK(*usual.low < 0.1);
  CHECK(*usual.high > 0.1);
  CHECK(*usual.high < 0.2);
  for (std::size_t i = 0; i < 50; ++i) record.requests[i * 20].outcome = RequestOutcome::failed;
  CHECK(missed_share(record, 0.090, 0.95).value == doctest::Approx(0.15));
  // None of a thousand: one in 334 at the most.
  const MeasuredFigure none = exposed_share(record, 0.95);
  CHECK(none.value == 0);
  CHECK(*none.low == 0);
  CHECK(*none.high == doctest::Approx(0.003).epsilon(0.01));
  CHECK(*missed_share(record, 0, 0.95).low == doctest::Approx(0.997).epsilon(0.001));
  CHECK_FALSE(missed_share(record_of(30), 0.010, 0.95).low);
}
