#include "profiles/report_paths.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "tests/profiles/random_documents.h"

using namespace mlplan;

namespace {

Stat stat_of(double median) {
  Stat stat;
  stat.median = median;
  stat.n = 9;
  stat.percentiles["p99"] = {median * 2, median * 3, 299};
  stat.percentiles["p99.9"] = {std::nullopt, std::nullopt, 2995};
  return stat;
}

SteadyRow row(std::int64_t batch, std::int64_t threads, double latency) {
  SteadyRow out;
  out.batch = batch;
  out.threads = threads;
  out.latency = stat_of(latency);
  out.throughput = stat_of(static_cast<double>(batch) / latency);
  out.peak_rss = stat_of(1e9);
  return out;
}

Report example() {
  Report report;
  report.model.bytes = 1234;
  ColdStartState& warm = report.cold_start.states.emplace_back();
  warm.name = "warm";
  warm.achieved = true;
  warm.time_to_first_result = stat_of(7e8);
  warm.never_steady = 2;
  warm.time_to_steady = stat_of(9e8);
  Phase& read = warm.phases.emplace_back();
  read.name = "file_read";
  read.wall = stat_of(1e8);
  read.read_bytes = stat_of(5);
  read.parts = {{"copy", stat_of(4e7)}};
  ColdStartState& cold = report.cold_start.states.emplace_back();
  cold.name = "model_cold";
  cold.why_not = "the page cache could not be emptied";
  report.memory.ledger.emplace_back().at = "after_load";
  report.memory.ledger.back().rss = stat_of(2e8);
  report.memory.peak_rss = stat_of(3e8);
  report.steady = {row(1, 2, 2), row(8, 2, 8), row(8, 1, 20)};
  report.steady.push_back(row(8, 2, 9));
  report.steady.back().workers = 2;
  report.steady.back().dims["seq"] = 128;
  SteadyRow& failed = report.steady.emplace_back(row(64, 2, 1));
  failed.latency = {};
  failed.failure = "out of memory";
  report.quality.repeatable = true;
  report.quality.nan_values = 3;
  report.quality.output_values = 100;
  report.quality.max_abs_error = 0.25;
  report.quality.golden.emplace().cosine = 0.75;
  report.quality.golden->outputs.resize(2);
  return report;
}

const Report& example_report() {
  static const Report report = example();
  return report;
}

Measure found(const std::string& path) {
  const Result<Measure> measure = find_measure(example_report(), path, "b.toml:1:1");
  REQUIRE_MESSAGE(measure, path << ": " << (measure ? "" : measure.error().message));
  CHECK(measure->path == path);
  return *measure;
}

Error error_of(const std::string& path) {
  const Result<Measure> measure = find_measure(example_report(), path, "b.toml:1:1");
  REQUIRE_MESSAGE(!measure, path);
  CHECK(measure.error().kind == ErrorKind::bad_input);
  CHECK(measure.error().where == "b.toml:1:1");
  return measure.error();
}

bool holds(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a path is the keys of the report without their units") {
  CHECK(found("cold_start.warm.time_to_first_result").stat ==
        &example_report().cold_start.states[0].time_to_first_result);
  CHECK(found("cold_start.warm.time_to_first_result").unit == MeasureUnit::nanoseconds);
  CHECK(found("cold_start.warm.phases.file_read").stat == &example_report().cold_start.states[0].phases[0].wall);
  CHECK(found("cold_start.warm.phases.file_read.wall").stat == &example_report().cold_start.states[0].phases[0].wall);
  CHECK(found("cold_start.warm.phases.file_read.read").unit == MeasureUnit::bytes);
  CHECK(found("cold_start.warm.phases.file_read.parts.copy").value() == 4e7);
  CHECK(found("memory.peak_rss").stat == &example_report().memory.peak_rss);
  CHECK(found("memory.ledger.after_load.rss").value() == 2e8);
  CHECK(found("model.bytes").exact == 1234);
  CHECK(found("model.bytes").unit == MeasureUnit::bytes);
  CHECK(found("quality.nan_values").exact == 3);
  CHECK(found("quality.repeatable").unit == MeasureUnit::flag);
  CHECK_FALSE(found("quality.repeatable").lower_is_better);
  CHECK(found("quality.max_abs_error").exact == 0.25);
  CHECK(found("quality.golden.cosine").exact == 0.75);
  CHECK_FALSE(found("quality.golden.cosine").lower_is_better);
  CHECK_FALSE(found("quality.golden.equal_share").lower_is_better);
  CHECK(found("quality.batch_split.max_abs_error").why_not == "it was not measured");
}

TEST_CASE("figures of a GPU have paths like all others") {
  Report report = example();
  ColdStartState& state = *std::ranges::find(report.cold_start.states, "warm", &ColdStartState::name);
  Phase& phase = state.phases.emplace_back();
  phase.name = "cuda_driver";
  phase.wall = Stat{.median = 3e8, .n = 1};
  state.copied_bytes = 64;
  LedgerRow& framework = report.memory.ledger.emplace_back();
  framework.at = "framework";
  framework.gpu = Stat{.median = 4e8, .n = 1};
  SteadyRow& row = report.steady.emplace_back();
  row.batch = 256;
  row.threads = 2;
  row.device = Stat{.median = 2e6, .n = 1};
  row.enqueue = Stat{.median = 1e6, .n = 1};
  const auto value = [&](const char* path) { return find_measure(report, path, "")->value(); };
  CHECK(value("cold_start.warm.phases.cuda_driver.wall") == 3e8);
  CHECK(value("cold_start.warm.copied") == 64);
  CHECK(value("memory.ledger.framework.gpu") == 4e8);
  CHECK(value("steady[batch=256,threads=2].device") == 2e6);
  CHECK(value("steady[batch=256,threads=2].enqueue") == 1e6);
  CHECK(find_measure(report, "memory.ledger.framework.gpu", "")->unit == MeasureUnit::bytes);
}

TEST_CASE("a start without its state is of the cold model, and no other state stands in for it") {
  const Measure measure = found("cold_start.time_to_first_result");
  CHECK_FALSE(measure.made());
  CHECK(measure.why_not == "the state model_cold was not reached: the page cache could not be emptied");
  CHECK(found("cold_start.all_cold.time_to_first_result").why_not == "the run measured no all_cold starts");
  CHECK(found("cold_start.warm.phases.cuda_context").why_not == "this start has no such phase");
  CHECK(found("memory.marginal_worker").why_not == "it was not measured");
  Report without_outputs = example();
  without_outputs.quality.output_values = 0;
  CHECK(find_measure(without_outputs, "quality.nan_values", "")->why_not == "no output was looked at");
  CHECK(found("memory.ledger.peak.rss").why_not == "it was not measured");
}

TEST_CASE("a part of the quality that was not checked has paths all the same, and its numbers their direction") {
  Report report = example();
  const auto found_in = [&](const char* path) {
    const Result<Measure> measure = find_measure(report, path, "");
    REQUIRE(measure);
    return *measure;
  };
  CHECK(found_in("quality.golden.max_abs_error").why_not == "it was not measured");
  report.quality.golden.emplace();
  report.quality.golden->max_abs_error = 1e-3;
  report.quality.golden->cosine = 0.5;
  CHECK(found_in("quality.golden.max_abs_error").exact == 1e-3);
  CHECK(found_in("quality.golden.max_abs_error").lower_is_better);
  CHECK_FALSE(found_in("quality.golden.cosine").lower_is_better);
  CHECK(found_in("quality.golden.cosine").sampling == Sampling::exact);
}

TEST_CASE("a selector takes the one row that has all its keys") {
  CHECK(found("steady[batch=1].latency").stat == &example_report().steady[0].latency);
  CHECK(found("steady[batch=8,threads=2,workers=1].latency").stat == &example_report().steady[1].latency);
  CHECK(found("steady[threads=1, batch=8].throughput").stat == &example_report().steady[2].throughput);
  CHECK(found("steady[batch=8,threads=2].latency").stat == &example_report().steady[1].latency);
  CHECK(found("steady[batch=8,threads=2,workers=2].latency").stat == &example_report().steady[3].latency);
  CHECK(found("steady[seq=128,workers=2].latency").stat == &example_report().steady[3].latency);
  CHECK(found("steady[batch=1,mode=closed].latency").stat == &example_report().steady[0].latency);
  CHECK(found("steady[batch=64].latency").why_not == "this row failed: out of memory");
  CHECK(found("steady[batch=8,threads=1].latency").sampling == Sampling::visits);
  CHECK(found("steady[batch=8,threads=1].peak_rss").sampling == Sampling::independent);
  CHECK_FALSE(found("steady[batch=1].throughput").lower_is_better);
}

TEST_CASE("a path that takes several rows, or none, lists them") {
  const Error several = error_of("steady[batch=8].latency.p99");
  CHECK(several.message == "'steady[batch=8].latency.p99' selects 2 rows");
  CHECK(several.hint == "one of\nsteady[batch=8,threads=2].latency\nsteady[batch=8,threads=1].latency");
  const Error none = error_of("steady[batch=3].latency");
  CHECK(none.message == "no row of the report is selected by 'steady[batch=3].latency'");
  CHECK(holds(none.hint, "steady[batch=1,threads=2].latency"));
  CHECK(holds(none.hint, "steady[batch=8,threads=2,workers=2,seq=128].latency"));
  CHECK(error_of("steady[bacth=8].latency").hint == "batch");
  CHECK(holds(error_of("memory.peak_rss[batch=8]").message, "no rows"));
}

TEST_CASE("percentiles are named behind the figure") {
  CHECK(found("steady[batch=1].latency.p99").quantile == doctest::Approx(0.99));
  CHECK(found("steady[batch=1].latency.p99").value() == 4);
  CHECK(found("steady[batch=1].latency.p99.9").quantile == doctest::Approx(0.999));
  CHECK_FALSE(found("steady[batch=1].latency.p50").quantile);
  CHECK_FALSE(found("steady[batch=1].latency.median").quantile);
  CHECK(holds(error_of("quality.nan_values.p99").message, "one number"));
  CHECK(holds(error_of("steady[batch=1].latency.p100").message, "a report has no"));
}

TEST_CASE("throughput alone is the highest median of all rows") {
  const Measure measure = found("throughput");
  CHECK(measure.stat == &example_report().steady[1].throughput);
  CHECK(measure.label == "highest throughput, batch 8, threads 2");
  const Result<Measure> none = find_measure(Report{}, "throughput", "");
  REQUIRE(none);
  CHECK(none->why_not == "no closed-loop row was measured");
}

TEST_CASE("an unknown path suggests the nearest, with the selectors it had") {
  CHECK(error_of("cold_start.warm.time_to_first_reslt").hint == "cold_start.warm.time_to_first_result");
  CHECK(error_of("steady[batch=8].latncy.p99").hint == "steady[batch=8].latency.p99");
  CHECK(error_of("peak_rss").hint == "memory.peak_rss");
  CHECK(error_of("troughput").hint == "throughput");
  CHECK(holds(error_of("unlike.anything.else").hint, "lists all paths"));
  for (const char* malformed : {"", ".", "steady[batch=8", "steady[batch].latency", "a..b"}) {
    CAPTURE(malformed);
    CHECK(holds(error_of(malformed).message, "is no path"));
  }
}

TEST_CASE("a list without rows was not measured, whatever the selector") {
  const Result<Measure> measure = find_measure(Report{}, "steady[batch=8].latency.p99", "");
  REQUIRE(measure);
  CHECK(measure->why_not == "the run measured none");
}

TEST_CASE("what a path means does not depend on which other rows there are") {
  Report report;
  report.steady = {row(8, 2, 9)};
  report.steady[0].workers = 2;
  CHECK_FALSE(find_measure(report, "steady[batch=8,threads=2].latency", ""));
  report.steady[0].workers = 1;
  report.steady[0].mode = "open";
  report.steady[0].rate_per_s = 50;
  CHECK_FALSE(find_measure(report, "steady[batch=8,threads=2].latency", ""));
  for (const char* path :
       {"steady[batch=8,mode=open].latency", "steady[rate=50.0].latency", "steady[mode=open,rate=50].latency"}) {
    CAPTURE(path);
    CHECK(find_measure(report, path, ""));
  }
  CHECK(find_measure(report, "throughput", "")->why_not == "no closed-loop row was measured");
}

TEST_CASE("a search for the highest rate is one figure, between what was seen to hold and what was seen to fail") {
  Report report;
  LoadKnee& knee = report.load.emplace_back();
  knee.threads = 2;
  knee.arrivals = "poisson";
  knee.objectives = {{0.5, 2.5e7}, {0.99, 1e9}};
  knee.holds_per_s = 80;
  knee.fails_per_s = 90;
  // 90 was given up and 120 failed: what lies between may hold.
  knee.tried = {{80, "holds", {}, {}}, {90, "undecided", {}, {}}, {120, "fails", {}, {}}, {160, "fails", {}, {}}};
  const auto found_in = [&](const char* path) {
    const Result<Measure> measure = find_measure(report, path, "");
    REQUIRE_MESSAGE(measure, measure.error().message << measure.error().hint);
    return *measure;
  };
  const Measure measure = found_in("load.holds");
  CHECK(measure.value() == 80);
  REQUIRE(measure.searched);
  CHECK(measure.searched->holds == 80);
  CHECK(measure.searched->fails == 120);
  CHECK(measure.unit == MeasureUnit::per_second);
  CHECK_FALSE(measure.lower_is_better);
  CHECK(measure.label == "highest rate that holds, batch 1, threads 2, slo p50=25ms+p99=1s");
  CHECK(found_in("load[batch=1,slo=p50=25ms+p99=1s].holds").value() == 80);
  CHECK(holds(find_measure(report, "load.holds.p99", "").error().message, "one number"));
  CHECK_FALSE(find_measure(report, "load[slo=p99=1s].holds", ""));

  knee.holds_per_s.reset();
  CHECK(found_in("load.holds").made());
  CHECK(std::isnan(found_in("load.holds").value()));
  knee.tried.clear();
  CHECK(found_in("load.holds").why_not == "no rate was seen to hold or to fail");
  knee.failure = "out of memory";
  CHECK(found_in("load.holds").why_not == "this row failed: out of memory");
  report.load.clear();
  CHECK(found_in("load.holds").why_not == "the run measured none");
}

TEST_CASE("a number without a statement of its error is a point, counts and flags are exact") {
  CHECK(found("model.bytes").sampling == Sampling::exact);
  CHECK(found("quality.repeatable").sampling == Sampling::exact);
  CHECK(found("cold_start.warm.never_steady").sampling == Sampling::exact);
  Report report = example();
  report.cold_start.states[0].limit.floor_ns = 1e6;
  CHECK(find_measure(report, "cold_start.warm.limit.floor", "")->sampling == Sampling::point);
}

TEST_CASE("samples known only to be longer are counted") {
  CHECK(found("cold_start.warm.time_to_steady").censored == 2);
  CHECK(found("cold_start.warm.time_to_first_result").censored == 0);
}

TEST_CASE("every measure of any report is found by its own path, and paths differ") {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    const Report report = test::RandomDocuments(seed).report();
    const std::vector<Measure> all = all_measures(report);
    CHECK(all.size() > 100);
    for (const Measure& measure : all) {
      CAPTURE(measure.path);
      CHECK(measure.made() == measure.why_not.empty());
      const auto same = std::ranges::count(all, measure.path, &Measure::path);
      if (same > 1) continue;  // random rows may be equal in all their keys
      const Result<Measure> again = find_measure(report, measure.path, "");
      REQUIRE_MESSAGE(again, test::message_of(again));
      CHECK(again->stat == measure.stat);
      CHECK(again->exact == measure.exact);
      CHECK(again->searched.has_value() == measure.searched.has_value());
    }
  }
}
