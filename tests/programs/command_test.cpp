// mlplan bench --command on a program that behaves in every way that servers do. Nothing is ever left running.
#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include "profiles/report.h"
#include "tests/programs/program.h"

namespace mlplan::tests {
namespace {

constexpr const char* kUrl = "url:http://127.0.0.1:{port}/health";
constexpr double kMiB = 1024 * 1024;

Invocation measuring(const std::string& flags, const std::string& ready, const std::vector<std::string>& more = {}) {
  Invocation out;
  out.arguments = {"bench",   "-q", "--time-box", "1s", "--max-samples", "6", "--command", TEST_SERVER + (" " + flags),
                   "--ready", ready};
  out.arguments.insert(out.arguments.end(), more.begin(), more.end());
  return out;
}

Report report_of(const Ended& ended) {
  Result<Report> report = read_report(ended.out, "stdout");
  REQUIRE(report);
  return *std::move(report);
}

Report measured(const std::string& flags, const std::string& ready, std::vector<std::string> more = {}) {
  more.emplace_back("--json");
  const Ended ended = run(measuring(flags, ready, more));
  check_end(ended, 0, {});
  return report_of(ended);
}

double median_at(const Report& report, const char* barrier, Stat LedgerRow::* column) {
  for (const LedgerRow& row : report.memory.ledger) {
    if (row.at == barrier) return (row.*column).median;
  }
  return 0;
}

}  // namespace

TEST_CASE("a line that is printed makes a program ready, and the report says what was measured") {
  const Report report = measured("--delay 30 --print 'server is up'", "line:is (up|there)$");
  CHECK(report.model.format == "command");
  CHECK(report.model.path == TEST_SERVER);
  REQUIRE(report.command);
  CHECK(report.command->words == std::vector<std::string>{TEST_SERVER, "--delay", "30", "--print", "server is up"});
  CHECK_FALSE(report.command->ready_pause);
  CHECK(report.command->processes == 1);
  const ColdStartState* warm = find_state(report, "warm");
  REQUIRE(warm != nullptr);
  CHECK(warm->time_to_first_result.n >= 1);
  CHECK(warm->time_to_first_result.min > 30e6);
  REQUIRE(warm->phases.size() == 1);
  CHECK(warm->phases[0].name == "until_ready");
  CHECK(warm->unattributed.max == 0);
  CHECK(report.steady.empty());
}

TEST_CASE("a URL makes a program ready only once it answers with success") {
  const Report report = measured("--delay 20 --refuse 3 --port {port}", kUrl, {"--only", "cold-start"});
  REQUIRE(report.command);
  CHECK(report.command->ready_pause.value_or(0) >= 0.5e6);
  CHECK(report.command->ready_pause.value_or(1e9) <= 10e6);
  const ColdStartState* warm = find_state(report, "warm");
  REQUIRE(warm != nullptr);
  CHECK(warm->time_to_first_result.min > 20e6);
  CHECK(report.memory.ledger.empty());
}

TEST_CASE("a port that stays the same is free again for each start") {
  const Report report = measured("--port 18437", "port:18437", {"--only", "cold-start"});
  const ColdStartState* warm = find_state(report, "warm");
  REQUIRE(warm != nullptr);
  CHECK(warm->time_to_first_result.n >= 2);
}

TEST_CASE("memory is that of all processes, also of those in sessions of their own") {
  const Report report = measured("--touch 20 --fork 2 --print up", "line:up", {"--only", "memory"});
  REQUIRE(report.command);
  CHECK(report.command->processes == 3);
  CHECK(median_at(report, "ready", &LedgerRow::private_bytes) > 60 * kMiB);
  CHECK(median_at(report, "ready", &LedgerRow::private_bytes) < 70 * kMiB);
  CHECK(report.memory.peak_rss.median > 60 * kMiB);
  CHECK(median_at(report, "sampled_peak", &LedgerRow::pss) >= median_at(report, "ready", &LedgerRow::pss));
}

TEST_CASE("what a second one adds is seen where each has a port of its own") {
  const Report report = measured("--touch 30 --port {port}", kUrl, {"--only", "memory"});
  REQUIRE(report.memory.marginal_worker);
  CHECK(report.memory.marginal_worker->median > 30 * kMiB);
  CHECK(report.memory.marginal_worker->median < 35 * kMiB);
}

TEST_CASE("a start with its file on disk reads it from there, and one with it in memory does not") {
  const TemporaryFolder folder;
  const std::string weights = folder.path() + "/weights";
  write(weights, std::string(8 << 20, 'w'));
  const Report report =
      measured("--read " + weights + " --print up", "line:up", {"--only", "cold-start", "--cold-file", folder.path()});
  CHECK(report.model.bytes == 8 << 20);
  CHECK(report.model.sha256.size() == 64);
  for (const ColdStartState& state : report.cold_start.states) {
    if (state.name != "model_cold" || state.achieved) continue;
    MESSAGE("not made here: ", state.why_not);
    return;
  }
  CHECK(find_state(report, "model_cold")->phases.at(0).read_bytes.min >= 8 << 20);
  CHECK(find_state(report, "warm")->phases.at(0).read_bytes.max < 3 << 20);
}

TEST_CASE("a file that is not read before the program is ready is told") {
  const TemporaryFolder folder;
  const std::string weights = folder.path() + "/weights";
  write(weights, std::string(8 << 20, 'w'));
  const Report report = measured("--print up", "line:up", {"--only", "cold-start", "--cold-file", weights});
  if (find_state(report, "model_cold") == nullptr) return;
  CHECK(std::any_of(report.warnings.begin(), report.warnings.end(),
                    [](const Warning& warning) { return warning.code == "cold_files_unread"; }));
}

TEST_CASE("a program that ends when it is ready has a time all the same") {
  const Report report = measured("--print done --exit 0", "line:done");
  CHECK(find_state(report, "warm") != nullptr);
}

TEST_CASE("a program that ignores SIGTERM is killed with its children") {
  check_end(run(measuring("--deaf --fork 2 --print up", "line:up")), 0, {});
}

TEST_CASE("a program that ends before it is ready is told with its code and its last words") {
  check_end(run(measuring("--print 'no such weights' --exit 3", "line:up")), 3,
            {"exit code 3 before it was ready", "no such weights", "line:up"});
}

TEST_CASE("a program that is never ready is given up, with what was seen instead") {
  check_end(run(measuring("--refuse 1000000 --port {port}", kUrl, {"--ready-limit", "500ms"})), 3,
            {"not ready within 500 ms", "status 503", "--ready-limit"});
  check_end(run(measuring("--print hello", "line:up", {"--ready-limit", "300ms"})), 3,
            {"no such line was printed", "hello", "python -u"});
}

TEST_CASE("a program that goes into the background is told to stay") {
  check_end(run(measuring("--background", "line:up")), 3, {"went into the background", "foreground"});
}

TEST_CASE("a port that already answers is an error before anything is started") {
  Invocation other;
  other.program = TEST_SERVER;
  other.arguments = {"--port", "18438"};
  const Program server(other);
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  Ended ended;
  do {
    ended = run(measuring("--print up", "port:18438", {"--ready-limit", "200ms"}));
  } while (ended.exit_code == 3 && std::chrono::steady_clock::now() < until);  // until the other one listens
  check_end(ended, 2, {"something already answers there", "{port}"});
}

TEST_CASE("Ctrl-C ends the program and all its children") {
  const TemporaryFolder folder;
  Program program(measuring("--deaf --fork 2 --print up", "line:never"));
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  ::kill(program.pid(), SIGINT);
  check_end(program.wait(), 130, {"interrupted"});
}

TEST_CASE("what cannot be meant is refused with what to do") {
  const auto refused = [](const std::vector<std::string>& arguments, const std::vector<std::string>& parts) {
    Invocation invocation;
    invocation.arguments = {"bench"};
    invocation.arguments.insert(invocation.arguments.end(), arguments.begin(), arguments.end());
    check_end(run(invocation), 2, parts);
  };
  refused({"--command", "no-such-program-here", "--ready", "line:x"}, {"no program 'no-such-program-here'"});
  refused({"--command", "cat x | wc", "--ready", "line:x"}, {"'|'", "--shell"});
  refused({"--command", "A=1 cat", "--ready", "line:x"}, {"--env A=1"});
  refused({"--command", "sleep 9", "--ready", "url:http://example.org/"}, {"this machine's own addresses"});
  refused({"--command", "sleep 9", "--ready", "line:("}, {"regular expression is wrong"});
  refused({"--command", "sleep 9", "--ready", "port:{port}"}, {"not told"});
  refused({"--command", "sleep {port}", "--ready", "port:8000"}, {"another port is asked"});
  refused({"--command", "sleep 9", "--ready", "line:x", "--cold-file", "/no/such"}, {"no such file"});
  refused({"--command", "sleep 9", "--ready", "line:x", "--batch", "8"}, {"--batch", "models only"});
  refused({"--command", "sleep 9", "--ready", "line:x", "--only", "steady"}, {"--only steady"});
  refused({"--command", "sleep 9"}, {"--ready"});
  refused({"m.pt", "--ready", "line:x"}, {"no program"});
}

TEST_CASE("a report without service times is no ground for a plan") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/report.json";
  check_end(run(measuring("--print up", "line:up", {"-o", path})), 0, {});
  Invocation plan;
  plan.arguments = {"plan", path, "--rate", "10/s", "--slo", "p99=1s"};
  check_end(run(plan), 2, {"seen from outside", "how long a request takes", "--service"});
}

}  // namespace mlplan::tests
