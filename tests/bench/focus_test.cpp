#include "bench/focus.h"

#include <doctest/doctest.h>

#include <set>

#include "bench/cold_start.h"
#include "profiles/report_paths.h"

namespace mlplan::bench {
namespace {

// Before anything was measured.
Measure measure_of(const char* path) { return *find_measure(Report{}, path, "a test"); }

const std::vector<VisitGroup> kVisits = {{.threads = 1, .workers = 1, .cells = {{1, 1, 1}, {8, 1, 1}}},
                                         {.threads = 2, .workers = 1, .cells = {{1, 2, 1}, {8, 2, 1}}},
                                         {.threads = 1, .workers = 2, .cells = {{1, 1, 2}}}};

// The tasks among all kinds that feed it, by their parameters.
std::set<std::pair<TaskKind, std::int64_t>> feeding(const Measure& measure, bool starts = true) {
  std::set<std::pair<TaskKind, std::int64_t>> found;
  for (const TaskKind kind :
       {TaskKind::limits, TaskKind::cold_start, TaskKind::ledger, TaskKind::marginal, TaskKind::simultaneous,
        TaskKind::steady_visit, TaskKind::by_dim, TaskKind::serving_visit}) {
    for (std::int64_t parameter = 0; parameter < 3; ++parameter) {
      if (feeds({.kind = kind, .parameter = parameter}, measure, {kVisits, starts})) found.emplace(kind, parameter);
    }
  }
  return found;
}

using Tasks = std::set<std::pair<TaskKind, std::int64_t>>;

constexpr auto kWarm = static_cast<std::int64_t>(CacheState::warm);
constexpr auto kModelCold = static_cast<std::int64_t>(CacheState::model_cold);

TEST_CASE("a start's figure is fed by starts in its state alone") {
  CHECK(feeding(measure_of("cold_start.warm.time_to_first_result")) == Tasks{{TaskKind::cold_start, kWarm}});
  CHECK(feeding(measure_of("cold_start.warm.phases.file_read")) == Tasks{{TaskKind::cold_start, kWarm}});
  CHECK(feeding(measure_of("cold_start.time_to_first_result")) == Tasks{{TaskKind::cold_start, kModelCold}});
}

TEST_CASE("the peak is fed by warm starts, and by the ledger's passes where no start is timed") {
  CHECK(feeding(measure_of("memory.peak_rss")) == Tasks{{TaskKind::cold_start, kWarm}});
  CHECK(feeding(measure_of("memory.peak_rss"), false) ==
        Tasks{{TaskKind::cold_start, kWarm}, {TaskKind::ledger, 0}, {TaskKind::ledger, 1}, {TaskKind::ledger, 2}});
}

TEST_CASE("what a worker takes of a GPU is fed by the ledger's passes") {
  CHECK(feeding(measure_of("memory.gpu.process")) ==
        Tasks{{TaskKind::ledger, 0}, {TaskKind::ledger, 1}, {TaskKind::ledger, 2}});
}

TEST_CASE("what serving one by one costs is fed by visits of its own") {
  Report report;
  report.serving.emplace_back();
  CHECK(feeding(*find_measure(report, "serving.hand_over", "a test")) ==
        Tasks{{TaskKind::serving_visit, 0}, {TaskKind::serving_visit, 1}, {TaskKind::serving_visit, 2}});
}

TEST_CASE("a start is warmed up for memory and for its way to steady state, and not for what came before") {
  for (const char* path : {"memory.peak_rss", "cold_start.warm.time_to_steady", "cold_start.warm.never_steady",
                           "cold_start.warm.warm_up_undecided"}) {
    CAPTURE(path);
    CHECK(takes_warm_up(measure_of(path)));
  }
  CHECK_FALSE(takes_warm_up(measure_of("cold_start.warm.time_to_first_result")));
  CHECK_FALSE(takes_warm_up(measure_of("cold_start.model_cold.phases.file_read")));
}

TEST_CASE("a steady row is fed by visits that hold its cell") {
  Report report;
  for (const VisitGroup& visit : kVisits) {
    for (const Cell& cell : visit.cells) {
      SteadyRow& row = report.steady.emplace_back();
      row.batch = cell.batch;
      row.threads = cell.threads;
      row.workers = cell.workers;
    }
  }
  const auto fed_by = [&](const char* path) { return feeding(*find_measure(report, path, "a test")); };
  CHECK(fed_by("steady[batch=8,threads=2].latency.p99") == Tasks{{TaskKind::steady_visit, 1}});
  CHECK(fed_by("steady[batch=8,threads=1].latency") == Tasks{{TaskKind::steady_visit, 0}});
  CHECK(fed_by("steady[batch=1,threads=1,workers=2].throughput") == Tasks{{TaskKind::steady_visit, 2}});
}

TEST_CASE("the highest throughput is fed by every visit until there are rows") {
  CHECK(feeding(measure_of("throughput")) ==
        Tasks{{TaskKind::steady_visit, 0}, {TaskKind::steady_visit, 1}, {TaskKind::steady_visit, 2}});
}

}  // namespace
}  // namespace mlplan::bench
