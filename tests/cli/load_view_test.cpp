#include "cli/views/load_view.h"

#include <doctest/doctest.h>

#include "bench/statistics.h"
#include "cli/terminal.h"

using namespace mlplan;
using namespace mlplan::cli;

namespace {

constexpr double kMs = 1e6;

Stat stat_around(double value) {
  bench::StatOptions options;
  options.percentiles = {0.5, 0.9, 0.99};
  std::vector<std::vector<double>> visits(6);
  for (std::size_t i = 0; i < 1200; ++i) visits[i % 6].push_back(value * (1 + 0.0001 * static_cast<double>(i)));
  return bench::summarise_blocks(visits, options);
}

SteadyRow open_row(double rate_per_s) {
  SteadyRow row;
  row.mode = "open";
  row.rate_per_s = rate_per_s;
  row.arrivals = "poisson";
  row.latency = stat_around(14 * kMs);
  row.queue = stat_around(4 * kMs);
  row.service = stat_around(10 * kMs);
  row.throughput = bench::summarise({rate_per_s, rate_per_s * 1.01, rate_per_s * 0.99});
  row.utilisation = rate_per_s / 100;
  row.saturated = row.generator_late = false;
  row.late_fraction = 0;
  row.stop = "converged";
  return row;
}

SteadyRow saturated_row(double rate_per_s) {
  SteadyRow row = open_row(rate_per_s);
  row.saturated = true;
  row.latency = row.queue.emplace();
  row.throughput = bench::summarise({100, 101, 99});
  return row;
}

LoadKnee knee_of(const std::string& verdict) {
  LoadKnee knee;
  knee.objectives = {{0.99, 50 * kMs}};
  knee.verdict = verdict;
  knee.holds_per_s = 83;
  knee.fails_per_s = 90;
  knee.capacity_per_s = 100;
  knee.tried = {{83, "holds", 44 * kMs, 48 * kMs}, {90, "fails", 61 * kMs, {}}};
  return knee;
}

std::string text_of(const std::vector<SteadyRow>& rows, const std::vector<LoadKnee>& knees = {}) {
  take_over_locale([](const char*) { return std::optional<std::string>(); });
  return load_view(rows, knees, Style{});
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("without a load there is no table, and rows of one call at a time are not in it") {
  CHECK(text_of({SteadyRow{}}).empty());
  CHECK_FALSE(is_of_load(SteadyRow{}));
  CHECK(is_of_load(open_row(50)));
}

TEST_CASE("a rate has its response, queue and service; what tells no rows apart has no column") {
  const std::string text = text_of({open_row(50)});
  CHECK(contains(text, "LOAD"));
  CHECK(contains(text, "50.0/s"));
  CHECK(contains(text, "50 %"));
  CHECK(contains(text, "≤"));
  CHECK_FALSE(contains(text, "in flight"));
  SteadyRow two = open_row(50);
  two.concurrency = 2;
  CHECK(contains(text_of({open_row(50), two}), "in flight"));
}

TEST_CASE("a saturated rate has a label and no latency") {
  const std::string text = text_of({saturated_row(200)});
  CHECK(contains(text, "saturated"));
  CHECK(contains(text, "100/s"));
  CHECK(contains(text, "–"));
  CHECK_FALSE(contains(text, "14"));
}

TEST_CASE("a late generator is blamed, with its share") {
  SteadyRow row = open_row(50);
  row.generator_late = true;
  row.late_fraction = 0.12;
  row.latency.percentiles.clear();
  CHECK(contains(text_of({row}), "12 % sent late by mlplan"));
}

TEST_CASE("a knee says up to where it holds and what the next rate tried gave") {
  CHECK(contains(text_of({open_row(83)}, {knee_of("found")}),
                 "holds p99 <= 50.0 ms up to 83.0/s (tried 90.0/s: 61.0 ms)"));
  CHECK(contains(text_of({}, {knee_of("not_decided")}), "not decided"));
  LoadKnee capacity = knee_of("found");
  capacity.fails_per_s = 100;
  CHECK(contains(text_of({}, {capacity}), "(back to back it does 100/s)"));
  LoadKnee unknown = knee_of("not_decided");
  unknown.holds_per_s = unknown.fails_per_s = std::nullopt;
  unknown.tried.clear();
  CHECK(contains(text_of({}, {unknown}), "p99 <= 50.0 ms: not decided, no rate was tried"));
}

TEST_CASE("an objective that no rate keeps says so") {
  LoadKnee never = knee_of("never");
  never.holds_per_s.reset();
  never.fails_per_s = 90;
  CHECK(contains(text_of({}, {never}), "p99 <= 50.0 ms does not hold at any rate (tried 90.0/s: 61.0 ms)"));
}
