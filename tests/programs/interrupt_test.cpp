// Ctrl-C and SIGTERM: what was measured is kept, the report is marked partial, the exit code is 130.
#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <functional>
#include <thread>

#include "profiles/report.h"
#include "tests/programs/program.h"

namespace mlplan::tests {
namespace {

// A run whose model sleeps in its `process`-th process: there it is interrupted. The order of the tasks is random and
// depends on what they cost, so the number is chosen such that the first round of all kinds is over.
class Interrupted {
 public:
  Interrupted(int process, const std::vector<std::string>& arguments) {
    invocation_ = benching("acts.pt", arguments);
    for (const std::string& more : {std::string("--time-box"), std::string("60s"), std::string("-o"), report_path()})
      invocation_.arguments.push_back(more);
    invocation_.environment["BROKEN_ACT"] = "sleep";
    invocation_.environment["BROKEN_FROM"] = std::to_string(process);
    invocation_.environment["BROKEN_COUNT"] = folder_.path() + "/count";
    invocation_.environment["BROKEN_MARK"] = mark();
  }

  Ended end(const std::function<void(Program&)>& interrupt, bool on_terminal = false) {
    invocation_.on_terminal = on_terminal;
    Program program(invocation_);
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!std::filesystem::exists(mark()) && std::chrono::steady_clock::now() < until)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    REQUIRE(std::filesystem::exists(mark()));
    interrupt(program);
    return program.wait();
  }

  Report report() const {
    Result<Report> report = read_report(content_of(report_path()), "report.json");
    REQUIRE(report);
    CHECK(report->mlplan.partial);
    CHECK(report->mlplan.stop == "interrupted");
    return *std::move(report);
  }

  // No report, and no part of one.
  void check_no_report() const { CHECK(names_in(folder_.path()) == std::vector<std::string>{"count", "mark"}); }
  void check_report_alone() const {
    CHECK(names_in(folder_.path()) == std::vector<std::string>{"count", "mark", "report.json"});
  }

 private:
  std::string mark() const { return folder_.path() + "/mark"; }
  std::string report_path() const { return folder_.path() + "/report.json"; }
  TemporaryFolder folder_;
  Invocation invocation_;
};

void interrupt(Program& program) { ::kill(program.pid(), SIGINT); }
void terminate(Program& program) { ::kill(program.pid(), SIGTERM); }
void hang_up(Program& program) { ::kill(program.pid(), SIGHUP); }
void press_ctrl_c(Program& program) { program.type("\x03"); }

}  // namespace

TEST_CASE("an interrupt while the model is tried leaves nothing") {
  Interrupted run(1, {"-q"});
  check_end(run.end(interrupt), 130, {"interrupted"});
  run.check_no_report();
}

TEST_CASE("an interrupt during cold starts keeps those before") {
  Interrupted run(8, {"-q", "--only", "cold-start"});
  check_end(run.end(interrupt), 130, {});
  run.check_report_alone();
  std::int64_t starts = 0;
  for (const ColdStartState& state : run.report().cold_start.states)
    starts += state.time_to_first_result.n + state.rejected;
  CHECK(starts >= 1);
}

TEST_CASE("SIGTERM during the memory ledger keeps the passes before") {
  Interrupted run(6, {"-q", "--only", "memory"});
  check_end(run.end(terminate), 130, {});
  run.check_report_alone();
  CHECK_FALSE(run.report().memory.ledger.empty());
}

TEST_CASE("Ctrl-C at a terminal during steady state keeps the blocks before") {
  Interrupted run(3, {"-q", "--only", "steady", "--batch", "1", "--threads", "1", "--workers", "1"});
  check_end(run.end(press_ctrl_c, true), 130, {});
  run.check_report_alone();
  const Report report = run.report();
  REQUIRE(report.steady.size() == 1);
  CHECK(report.steady[0].blocks > 0);
  CHECK(report.steady[0].processes == 1);
}

TEST_CASE("a terminal that is closed ends a run as Ctrl-C does") {
  Interrupted run(1, {"-q"});
  check_end(run.end(hang_up), 130, {"interrupted"});
  run.check_no_report();
}

}  // namespace mlplan::tests
