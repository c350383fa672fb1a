#include "gate/judge.h"

#include <doctest/doctest.h>

#include "tests/gate/figures.h"

using namespace mlplan;
using namespace mlplan::gate;

namespace {

constexpr const char* kPath = "cold_start.warm.time_to_first_result";

Budget at_most(const std::string& path, const std::string& limit) {
  Budget budget;
  REQUIRE(add_limit(budget, LimitKind::max, path + "=" + limit, "--max"));
  return budget;
}

Budget regression(double allowed) {
  Budget budget;
  budget.clauses.push_back({.path = kPath, .where = "b.toml:2:1", .max_regression = allowed});
  return budget;
}

// The only clause of it.
ClauseVerdict judged(const GateQuestion& question) {
  const Result<Verdict> verdict = judge(question);
  REQUIRE_MESSAGE(verdict, (verdict ? "" : verdict.error().message));
  REQUIRE(verdict->clauses.size() == 1);
  CHECK(verdict->outcome == verdict->clauses.front().outcome);
  return verdict->clauses.front();
}

std::vector<double> before_times() { return ladder(1e9, 1e6, 20); }
std::vector<double> slower_times() { return ladder(1.3e9, 1e6, 20); }

// A baseline, and a report and its confirmation that are slower by 30 %.
struct Slowdown {
  Report now = report_of_starts(slower_times());
  Report before = report_of_starts(before_times());
  Report again = report_of_starts(slower_times());
  Slowdown() { again.mlplan.started_at = "2026-01-05T10:05:00Z"; }
  GateQuestion question(bool confirmed) const {
    return {
        {&now, "now.json"}, {&before, "before.json"}, {confirmed ? &again : nullptr, "again.json"}, regression(0.1)};
  }
};

bool holds(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a clause carries its figure, its bounds, and where it stands") {
  const Report report = report_of_starts(ladder(1e9, 1e6, 20));
  const ClauseVerdict clause = judged({.report = {&report, "r.json"}, .budget = at_most(kPath, "2s")});
  CHECK(clause.outcome == "pass");
  CHECK(clause.kind == "max");
  CHECK(clause.unit == "ns");
  CHECK(clause.limit == 2e9);
  CHECK(*clause.value == 1.0095e9);
  CHECK(*clause.low == 1.005e9);
  CHECK(*clause.high == 1.014e9);
  CHECK(clause.n == 20);
  CHECK(clause.where == "--max");
  CHECK(holds(clause.reason, "at most 1.01 s"));
}

TEST_CASE("against a stored baseline only a second run that agrees makes a regression fail") {
  Slowdown slowdown;
  ClauseVerdict clause = judged(slowdown.question(false));
  CHECK(clause.outcome == "inconclusive");
  CHECK(holds(clause.reason, "--confirm"));
  CHECK(*clause.relative->ratio > 1.25);
  clause = judged(slowdown.question(true));
  CHECK(clause.outcome == "fail");
  CHECK(holds(clause.reason, "confirmed"));
  slowdown.again.cold_start = report_of_starts(before_times()).cold_start;
  clause = judged(slowdown.question(true));
  CHECK(clause.outcome == "inconclusive");
  CHECK(holds(clause.reason, "does not agree"));
}

TEST_CASE("what a slower machine explains is no regression, and what a faster one hides no pass") {
  const auto with_framework = [](Report& report, double ns) {
    for (ColdStartState& state : report.cold_start.states) {
      state.phases.clear();
      for (const char* name : {"process_start", "framework_start"}) {
        Phase& phase = state.phases.emplace_back();
        phase.name = name;
        phase.wall = bench::summarise(ladder(ns / 2, 1e5, 20));
      }
    }
  };
  Slowdown slowdown;
  with_framework(slowdown.before, 2e8);
  with_framework(slowdown.now, 2e8);
  with_framework(slowdown.again, 2e8);
  CHECK(judged(slowdown.question(true)).outcome == "fail");
  with_framework(slowdown.again, 2.6e8);  // as much slower as the model's start
  ClauseVerdict clause = judged(slowdown.question(true));
  CHECK(clause.outcome == "inconclusive");
  CHECK(holds(clause.reason, "does not agree"));
  with_framework(slowdown.now, 2.6e8);
  clause = judged(slowdown.question(false));
  CHECK(clause.outcome == "inconclusive");
  CHECK(holds(clause.reason, "the machine itself is slower"));
  CHECK(holds(clause.reason, "1.3 times"));
  with_framework(slowdown.now, 2.2e8);  // not by enough
  with_framework(slowdown.again, 2.2e8);
  CHECK(judged(slowdown.question(true)).outcome == "fail");
  slowdown.now.mlplan.version = "another";  // that starts in another way
  with_framework(slowdown.now, 2.6e8);
  CHECK(judged(slowdown.question(true)).outcome == "fail");

  Slowdown hidden;
  hidden.now.cold_start = report_of_starts(before_times()).cold_start;
  with_framework(hidden.before, 2e8);
  with_framework(hidden.now, 2e8);
  CHECK(judged(hidden.question(false)).outcome == "pass");
  with_framework(hidden.now, 1.5e8);
  clause = judged(hidden.question(false));
  CHECK(clause.outcome == "inconclusive");
  CHECK(holds(clause.reason, "faster"));
  // In turns the pairs have the machine taken out already.
  hidden.now.mlplan.session = hidden.before.mlplan.session = "s";
  CHECK(judged(hidden.question(false)).outcome == "pass");
}

TEST_CASE("samples taken in turn need no second run, and a busy machine slows both alike") {
  Slowdown slowdown;
  slowdown.now.mlplan.session = slowdown.before.mlplan.session = "s";
  slowdown.now.machine.grade = "C";
  CHECK(judged(slowdown.question(false)).outcome == "fail");
}

TEST_CASE("samples taken in turn are held against each other in pairs, where no round is missing") {
  // Both slow down fourfold while something else runs, and no test of two heaps sees that they are alike.
  std::vector<double> times;
  for (int i = 0; i < 20; ++i) times.push_back(1e9 * (1 + i % 4));
  Slowdown slowdown;
  slowdown.now.cold_start = report_of_starts(times).cold_start;
  slowdown.before.cold_start = slowdown.now.cold_start;
  CHECK(judged(slowdown.question(false)).outcome == "inconclusive");
  slowdown.now.mlplan.session = slowdown.before.mlplan.session = "s";
  const ClauseVerdict clause = judged(slowdown.question(false));
  CHECK(clause.outcome == "pass");
  CHECK(holds(clause.reason, "20 pairs taken in turns"));
  slowdown.before.cold_start.states.front().rejected = 1;
  CHECK(judged(slowdown.question(false)).outcome == "inconclusive");
}

TEST_CASE("a confirmation is of the same file and of another time") {
  Slowdown slowdown;
  slowdown.again.mlplan.started_at = "2026-01-05T10:01:00Z";
  CHECK(judge(slowdown.question(true)).error().where == "again.json: /mlplan/started_at");
  slowdown.again.mlplan.started_at = "2026-01-05T10:05:00Z";
  slowdown.again.model.sha256 = "b";
  CHECK(judge(slowdown.question(true)).error().where == "again.json: /model/sha256");
  GateQuestion no_baseline = slowdown.question(true);
  no_baseline.baseline = {};
  CHECK(judge(no_baseline).error().kind == ErrorKind::usage);
}

TEST_CASE("machines that differ leave a regression inconclusive, and say what differs") {
  Slowdown slowdown;
  slowdown.before.machine.fingerprint = "g";
  slowdown.before.machine.cpu.model_name = "another CPU";
  const Result<Verdict> verdict = judge(slowdown.question(true));
  REQUIRE(verdict);
  CHECK(verdict->outcome == "inconclusive");
  REQUIRE(verdict->differences.size() == 1);
  CHECK(verdict->differences[0].what == "CPU");
  CHECK(holds(verdict->clauses[0].reason, "the machines differ (CPU)"));
}

TEST_CASE("pressure takes back what it could have caused, and nothing else") {
  Report busy = report_of_starts(slower_times());
  busy.machine.grade = "C";
  busy.machine.why = {"some task waited for a CPU 98 % of the time"};
  ClauseVerdict clause = judged({.report = {&busy, "r.json"}, .budget = at_most(kPath, "1s")});
  CHECK(clause.outcome == "inconclusive");
  CHECK(holds(clause.reason, "some task waited"));
  CHECK(judged({.report = {&busy, "r.json"}, .budget = at_most(kPath, "2s")}).outcome == "pass");

  Slowdown slowdown;
  slowdown.before = busy;
  clause = judged(slowdown.question(true));
  CHECK(clause.outcome == "inconclusive");  // as good as before only because it was busy before
  CHECK(holds(clause.reason, "in the baseline the machine was under pressure"));
}

TEST_CASE("a baseline of another model is refused, new content under the same name is not") {
  Slowdown slowdown;
  slowdown.before.model.sha256 = "b";
  CHECK(judge(slowdown.question(false)));
  slowdown.before.model.path = "/models/other.pt";
  const auto refused = judge(slowdown.question(false));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ErrorKind::bad_input);
  CHECK(refused.error().where == "before.json: /model");
  slowdown.before.model.path = "/elsewhere/model.pt";
  slowdown.before.model.inputs.emplace_back().name = "ids";
  CHECK_FALSE(judge(slowdown.question(false)));
}

TEST_CASE("the budget's own regression counts for every path that varies, and without a budget for the headline") {
  Slowdown slowdown;
  GateQuestion question = slowdown.question(false);
  question.budget = at_most(kPath, "2s");
  REQUIRE(add_limit(question.budget, LimitKind::max, "quality.nan_values=0", "--max"));
  question.budget.max_regression = 0.5;
  const Result<Verdict> verdict = judge(question);
  REQUIRE(verdict);
  CHECK(verdict->clauses.size() == 3);
  CHECK(verdict->outcome == "pass");
  question.budget.clauses.clear();
  const Result<Verdict> headline = judge(question);
  REQUIRE(headline);
  CHECK(headline->clauses.size() >= 2);
  CHECK(headline->clauses[0].path == "cold_start.model_cold.time_to_first_result");
}

TEST_CASE("a regression without a baseline is inconclusive, no budget at all an error") {
  const Report report = report_of_starts(before_times());
  CHECK(judged({.report = {&report, "r.json"}, .budget = regression(0.1)}).outcome == "inconclusive");
  CHECK(judge({.report = {&report, "r.json"}}).error().kind == ErrorKind::usage);
}

TEST_CASE("a run that failed passes nothing") {
  Report report = report_of_starts(before_times());
  report.mlplan.stop = "failed";
  report.mlplan.failure = "it ran out of memory";
  const ClauseVerdict clause = judged({.report = {&report, "r.json"}, .budget = at_most(kPath, "5s")});
  CHECK(clause.outcome == "inconclusive");
  CHECK(holds(clause.reason, "the run failed: it ran out of memory"));
}

TEST_CASE("a file's limit of the same kind gives way to the flag's, one of the other kind stays") {
  const Report report = report_of_starts(before_times());
  Budget budget = *read_budget("[budget]\ncold_start.warm.time_to_first_result = \"1ms\"\n", "b.toml");
  REQUIRE(add_limit(budget, LimitKind::max, std::string(kPath) + "=5s", "--max"));
  CHECK(judged({.report = {&report, "r.json"}, .budget = budget}).limit == 5e9);
  budget = *read_budget("[budget]\ncold_start.warm.time_to_first_result = \"5s\"\n", "b.toml");
  REQUIRE(add_limit(budget, LimitKind::min, std::string(kPath) + "=1ms", "--min"));
  CHECK(judge({.report = {&report, "r.json"}, .budget = budget})->clauses.size() == 2);
}

namespace {

Report report_of_search(double limit_ns, const char* started_at) {
  Report report = report_of_starts(before_times());
  report.mlplan.started_at = started_at;
  LoadKnee& knee = report.load.emplace_back();
  knee.objectives = {{0.99, limit_ns}};
  knee.holds_per_s = 100;
  knee.tried = {{100, "holds", {}, {}}, {102, "fails", {}, {}}};
  return report;
}

ClauseVerdict judged_against(const Report& now, const Report& before) {
  Budget budget;
  budget.clauses.push_back({.path = "load.holds", .where = "b.toml:2:1", .max_regression = 0.1});
  GateQuestion question;
  question.report = {&now, "now.json"};
  question.baseline = {&before, "before.json"};
  question.budget = budget;
  return judged(question);
}

}  // namespace

TEST_CASE("a baseline whose row of that path is another one is inconclusive") {
  const Report now = report_of_search(5e7, "2026-01-05T10:00:00Z");
  CHECK(judged_against(now, report_of_search(5e7, "2026-01-05T09:00:00Z")).outcome == "pass");
  const ClauseVerdict other = judged_against(now, report_of_search(2e7, "2026-01-05T09:00:00Z"));
  CHECK(other.outcome == "inconclusive");
  CHECK(holds(other.reason, "slo p99=20ms"));
}
