// Models that throw, hang, crash or grow: exit 3, and the message says what happened, in which phase, what the process
// said last and what to do.
#include <doctest/doctest.h>

#include "profiles/report.h"
#include "tests/programs/program.h"

namespace mlplan::tests {
namespace {

Invocation acting(const std::string& how, const std::vector<std::string>& arguments = {}) {
  Invocation out = benching("acts.pt", arguments);
  out.environment["BROKEN_ACT"] = how;
  return out;
}

std::string codes_of(const Report& report) {
  std::string codes;
  for (const Warning& warning : report.warnings) codes += warning.code + " ";
  return codes;
}

}  // namespace

TEST_CASE("a model that throws is quoted, with the line of its code") {
  check_end(run({{"bench", model_path("throws.pt"), "--input", "x:f32[batch,4]"}}), 3,
            {"no weights for this customer", "assert x.size(0) < 0", "while trying the model once", "try:"});
  check_end(run(acting("throw")), 3, {"the broken operator threw this", "while trying the model once", "try:"});
}

TEST_CASE("a model that ends its own process leaves its last words") {
  check_end(run(acting("abort")), 3, {"signal 6 (SIGABRT)", "broken: about to abort", "while trying an input", "try:"});
  check_end(run(acting("segfault")), 3,
            {"signal 11 (SIGSEGV)", "broken: about to segfault", "while trying an input", "try:"});
  check_end(run(acting("exit")), 3, {"exit code 7", "broken: about to exit", "while trying an input", "try:"});
}

TEST_CASE("a process that was killed may have lacked memory: how much it had is said") {
  check_end(run(acting("kill")), 3,
            {"signal 9 (SIGKILL)", "broken: about to kill", "while trying an input", "when memory runs out",
             "resident when last seen"});
}

TEST_CASE("processes that a model has started end with it") {
  check_end(run(acting("orphan")), 3, {"signal 9 (SIGKILL)", "broken: about to orphan", "while trying an input"});
}

TEST_CASE("an operator library that crashes while it is loaded is said to do so") {
  Invocation invocation = benching("acts.pt");
  invocation.environment["BROKEN_ON_LOAD"] = "abort";
  check_end(run(invocation), 3, {"SIGABRT", "broken: about to abort", "while loading the operator libraries", "try:"});
}

TEST_CASE("a start that stalls is given up") {
  Invocation invocation = benching("acts.pt", {"--load-stall", "1s"});
  invocation.environment["BROKEN_ON_LOAD"] = "sleep";
  check_end(
      run(invocation), 3,
      {"no progress for 1.00 s", "broken: about to sleep", "while loading the operator libraries", "--load-stall"});
}

TEST_CASE("an inference that hangs is given up, asleep or busy, with an input given or inferred") {
  check_end(run(acting("sleep", {"--inference-limit", "1s"})), 3,
            {"did not end within 1.00 s", "broken: about to sleep", "while trying an input", "--inference-limit"});
  for (const char* model : {"endless.pt", "endless_linear.pt"}) {
    Invocation invocation{{"bench", model_path(model), "--inference-limit", "1s"}};
    if (std::string(model) == "endless.pt") {
      invocation.arguments.insert(invocation.arguments.end(), {"--input", "x:f32[batch,4]"});
    }
    check_end(run(invocation), 3, {"did not end within 1.00 s", "while trying an input", "--inference-limit"});
  }
}

TEST_CASE("a model that grows without end is stopped at the memory limit") {
  check_end(run(acting("grow", {"--memory-limit", "400MiB"})), 3,
            {"more memory than it may have", "of 400 MiB", "while trying an input", "--memory-limit"});
}

TEST_CASE("a model that prints a gigabyte is measured all the same, with a warning") {
  const TemporaryFolder folder;
  Invocation invocation = acting("print", {"--only", "memory", "--time-box", "1s", "--json", "-q"});
  invocation.environment["BROKEN_MARK"] = folder.path() + "/mark";
  const Ended ended = run(invocation);
  check_end(ended, 0, {});
  const Result<Report> report = read_report(ended.out, "standard output");
  REQUIRE(report);
  CHECK(codes_of(*report).find("prints ") != std::string::npos);
}

TEST_CASE("a model that fails late does not lose what was measured before") {
  const TemporaryFolder folder;
  Invocation invocation = acting(
      "abort", {"--only", "cold-start", "--time-box", "60s", "--json", "-q", "-o", folder.path() + "/report.json"});
  invocation.environment["BROKEN_COUNT"] = folder.path() + "/count";
  invocation.environment["BROKEN_FROM"] = "8";
  const Ended ended = run(invocation);
  check_end(ended, 3, {"SIGABRT", "broken: about to abort", "while running the first inference", "task", "try:"});
  CHECK(names_in(folder.path()) == std::vector<std::string>{"count", "report.json"});
  const Result<Report> report = read_report(content_of(folder.path() + "/report.json"), "report.json");
  REQUIRE(report);
  CHECK(report->mlplan.partial);
  CHECK(report->mlplan.stop == "failed");
  CHECK(report->mlplan.failure.find("SIGABRT") != std::string::npos);
  std::int64_t samples = 0;
  for (const ColdStartState& state : report->cold_start.states)
    samples += state.time_to_first_result.n + state.rejected;
  CHECK(samples >= 1);
}

TEST_CASE("NaN and outputs that do not repeat are warnings, not errors") {
  const std::vector<std::string> short_run = {"--only", "memory", "--time-box", "1s", "--json"};
  const auto warned_of = [&](const char* model) {
    Invocation invocation{{"bench", model_path(model), "--input", "x:f32[batch,4]"}};
    invocation.arguments.insert(invocation.arguments.end(), short_run.begin(), short_run.end());
    invocation.arguments.emplace_back("-q");
    const Ended ended = run(invocation);
    check_end(ended, 0, {});
    const Result<Report> report = read_report(ended.out, "standard output");
    REQUIRE(report);
    return codes_of(*report);
  };
  const std::string of_nan = warned_of("nan.pt");
  CHECK(of_nan.find("not_finite") != std::string::npos);
  CHECK(of_nan.find("prints") == std::string::npos);
  CHECK(warned_of("random.pt").find("not_repeatable") != std::string::npos);
}

}  // namespace mlplan::tests
