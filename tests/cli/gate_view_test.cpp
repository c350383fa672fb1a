#include "cli/views/gate_view.h"

#include <doctest/doctest.h>

#include "cli/terminal.h"
#include "cli/views/budget_file.h"
#include "gate/judge.h"
#include "profiles/budget.h"
#include "tests/cli/example_reports.h"
#include "tests/cli/example_verdicts.h"
#include "tests/cli/golden.h"

using namespace mlplan;
using namespace mlplan::cli;

namespace {

void use_locale() {
  take_over_locale([](const char*) { return std::optional<std::string>(); });
}

}  // namespace

TEST_CASE("a verdict is a table of clauses, and why of those that did not pass") {
  use_locale();
  check_golden("gate_100.txt", gate_view(examples::mixed_verdict(), Style{}));
  Style narrow;
  narrow.width = 80;
  narrow.unicode = false;
  narrow.verbose = true;
  check_golden("gate_verbose_ascii_80.txt", gate_view(examples::mixed_verdict(), narrow));
}

TEST_CASE("the outcome in one line counts what did not pass") {
  Verdict verdict = examples::mixed_verdict();
  CHECK(summary_text(verdict) == "fail: of 6 clauses 2 failed, 2 inconclusive");
  verdict.clauses.resize(2);
  verdict.outcome = "pass";
  for (ClauseVerdict& clause : verdict.clauses) clause.outcome = "pass";
  CHECK(summary_text(verdict) == "pass: all 2 clauses hold");
  verdict.clauses.resize(1);
  CHECK(summary_text(verdict) == "pass: the one clause holds");
}

TEST_CASE("a budget file says of each limit what it rests on, and can be read") {
  const Result<std::string> text = budget_file(examples::small_fast_model(), "report.json");
  REQUIRE(text);
  check_golden("budget_file.toml", *text);
  const Result<Budget> budget = read_budget(*text, "mlplan.toml");
  REQUIRE(budget);
  CHECK(budget->clauses.size() > 10);
  const Report report = examples::small_fast_model();
  const Result<Verdict> verdict = gate::judge({.report = {&report, "report.json"}, .budget = *budget});
  REQUIRE(verdict);
  CHECK(verdict->outcome == "pass");
}
