#include "profiles/keep_alive.h"

#include <doctest/doctest.h>

#include <string>

#include "cli/commands/commands.h"
#include "cli/views/keep_alive_view.h"
#include "profiles/support/atomic_file.h"
#include "profiles/traffic.h"
#include "profiles/traffic_csv.h"
#include "tests/cli/command_run.h"
#include "tests/cli/example_reports.h"
#include "tests/cli/golden.h"
#include "tests/shared_data.h"

using namespace mlplan;
using namespace mlplan::cli;

namespace {

using File = tests::TextFile;
using Arguments = std::vector<std::string>;

constexpr double kGiB = 1024.0 * 1024 * 1024;

// Two models; the first is asked for again 30 s, the second 91 s after its first request.
constexpr const char* kTrace = "time,model\n0,a\n10,b\n30,a\n100,a\n101,b\n";

tests::CommandRun run(const Arguments& arguments) { return tests::run_command(run_simulate, arguments, 100); }

Arguments replaying(const std::string& trace, const std::string& rules, const Arguments& more) {
  Arguments arguments = {"--keep-alive", rules, "--traffic", trace};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

Arguments with_json(Arguments arguments) {
  arguments.emplace_back("--json");
  return arguments;
}

KeepAliveComparison compared(const Arguments& arguments) {
  const tests::CommandRun done = run(with_json(arguments));
  const auto read = read_keep_alive(done.out, "-");
  if (!read) FAIL(done.error.message << done.error.where << read.error().message);
  return *read;
}

Error refused(const Arguments& arguments) {
  const tests::CommandRun done = run(arguments);
  CHECK(done.code == 2);
  CHECK(done.out.empty());
  return done.error;
}

bool holds(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

const Arguments kAlike = {"--start-up", "5s", "--model-memory", "1GiB"};

}  // namespace

TEST_CASE("three rules on a trace of two models come out as by hand") {
  const File trace(kTrace);
  Arguments asked = replaying(trace.path, "1m,2m,greedy-dual", kAlike);
  asked.insert(asked.end(), {"--host-memory", "1GiB"});
  const KeepAliveComparison compared = ::compared(asked);
  CHECK(compared.traffic.requests == 5);
  CHECK(compared.traffic.span_s == 101);
  REQUIRE(compared.models.size() == 2);
  CHECK(compared.models[0].requests == 3);
  REQUIRE(compared.rules.size() == 3);

  // a in memory from 0 to 90 and from 100, b from 10 to 75: all but the request at 30 are cold.
  const KeepAliveFigures& minute = compared.rules[0];
  CHECK(minute.rule == "1m");
  CHECK(minute.cold == 4);
  CHECK(minute.loads == 4);
  CHECK(minute.evicted == 2);
  CHECK(minute.mean_cold_wait_ns == 5e9);
  CHECK(minute.mean_bytes == doctest::Approx(kGiB * (90 + 65 + 1) / 101));
  CHECK(minute.most_bytes == 2 * kGiB);
  CHECK(minute.fits == false);
  // a from 0, b from 10.
  const KeepAliveFigures& longer = compared.rules[1];
  CHECK(longer.cold == 2);
  CHECK(longer.mean_bytes == doctest::Approx(kGiB * (101 + 91) / 101));
  // Room for one: a until 10, b until 30, a until 101.
  const KeepAliveFigures& greedy = compared.rules[2];
  CHECK(greedy.cold == 4);
  CHECK(greedy.evicted == 3);
  CHECK(greedy.mean_bytes == doctest::Approx(kGiB));
  CHECK(greedy.fits == true);
  CHECK(run(asked).code == 0);

  asked.back() = "2GiB";
  KeepAliveComparison shown = ::compared(asked);
  shown.traffic.source = "trace.csv";
  check_golden("keep_alive_100.txt", keep_alive_view(shown, "", Style{}));
}

TEST_CASE("where no rule fits on the host the exit code says so") {
  const File trace(kTrace);
  Arguments asked = replaying(trace.path, "1m", kAlike);
  asked.insert(asked.end(), {"--host-memory", "1GiB"});
  const tests::CommandRun done = run(asked);
  CHECK(done.code == 1);
  CHECK(holds(done.out, "No rule fits"));
}

TEST_CASE("what a model takes comes from its report, of the others as it is stated") {
  const File trace(kTrace);
  const Report measured = examples::small_fast_model();
  const File report(write_report(measured));
  Arguments asked = replaying(trace.path, "1m", kAlike);
  asked.insert(asked.end(), {"--model", "b=" + report.path, "--model", "c=" + report.path});
  const KeepAliveComparison both = compared(asked);
  CHECK(both.models[0].report.empty());
  CHECK(both.models[0].load_ns == 5e9);
  CHECK(both.models[1].report == report.path);
  CHECK(both.models[1].load_ns ==
        doctest::Approx(find_state(measured, "model_cold")->time_to_first_result.median).epsilon(0.1));
  CHECK(both.models[1].bytes >= measured.memory.peak_rss.max);
  CHECK(both.start_state == "model_cold");
  CHECK(both.traffic.notes.back() == "no request is for model 'c'");

  const Error unknown = refused(replaying(trace.path, "1m", {"--model", "a=" + report.path}));
  CHECK(unknown.where == trace.path + ":3");
  CHECK(holds(unknown.message, "nothing says what model 'b' takes"));
  CHECK(holds(unknown.hint, "--model b=REPORT.json"));
  Arguments small = replaying(trace.path, "1m", {"--model", "a=" + report.path, "--host-memory", "1MiB"});
  CHECK(refused(small).where == report.path);
  CHECK(holds(refused(replaying(trace.path, "1m", {"--model", "a=" + report.path, "--state", "all_cold"})).message,
              "all_cold"));
  Report without = measured;
  without.memory = {};
  for (SteadyRow& row : without.steady) row.peak_rss = {};
  const File silent(write_report(without));
  CHECK(holds(refused(replaying(trace.path, "1m", {"--model", "a=" + silent.path})).message, "nothing about memory"));
}

TEST_CASE("a comparison that lacks something is one clear error") {
  const File trace(kTrace);
  const auto lacking = [&](const std::string& rules, const Arguments& more) {
    return refused(replaying(trace.path, rules, more));
  };
  CHECK(lacking("1m", {}).where == "--model");
  CHECK(lacking("1m", {"--start-up", "5s"}).where == "--model-memory");
  CHECK(lacking("1m", {"--model-memory", "1GiB"}).where == "--start-up");
  CHECK(lacking("1m,greedy-dual", kAlike).where == "--host-memory");
  CHECK(holds(lacking("soon", kAlike).message, "'soon' is no rule"));
  CHECK(holds(lacking("1m,1m", kAlike).message, "stands twice"));
  CHECK(holds(lacking("1m", {"--model", "report.json"}).message, "no model and report"));
  CHECK(holds(lacking("1m", {"--model", "a=x.json", "--model", "a=y.json"}).message, "two reports"));
  CHECK(holds(lacking("1m", {"--policy", "hpa"}).message, "--policy"));
  CHECK(lacking("1m", {"--start-up", "5s", "--model-memory", "4GiB", "--host-memory", "2GiB"}).where ==
        "--model-memory");
  CHECK(refused({"--keep-alive", "1m"}).where == "--traffic");

  const auto wrong = [](const std::string& text) {
    const File other(text);
    return refused(replaying(other.path, "1m", kAlike));
  };
  CHECK(holds(wrong("time,app\n0,a\n1,a\n").hint, "time, app: model=COLUMN"));
  CHECK(wrong("time,model\n0,a\n1,\n").where.ends_with(":3"));
  CHECK(holds(wrong("time,model\n0,a\n5,b\n3,a\n").hint, "sort the file"));
  CHECK(holds(wrong("time,model\n0,a\n0,b\n").message, "at one moment"));
  CHECK(holds(wrong("time,model\n").message, "no request"));
  CHECK(holds(wrong("time,count,model\n0,5,a\n60,5,a\n").message, "series of rates"));
}

TEST_CASE("a traffic document names the trace and its columns") {
  const File trace("at,app\n0,a\n10,b\n30,a\n");
  TrafficColumns columns;
  columns.time = "at";
  columns.model = "app";
  const auto traffic = read_traffic_file(trace.path, columns);
  REQUIRE(traffic);
  const File document(write_traffic(*traffic));
  CHECK(compared(replaying(document.path, "1m", kAlike)).rules.front().cold == 2);
  Arguments mapped = replaying(trace.path, "1m", kAlike);
  mapped.insert(mapped.end(), {"--traffic-map", "time=at,model=app"});
  CHECK(compared(mapped).rules.front().cold == 2);
}

TEST_CASE("the comparison is written as it is printed, and its schema can be had") {
  const File trace(kTrace);
  const File written("");
  Arguments asked = replaying(trace.path, "1m,hybrid", kAlike);
  asked.insert(asked.end(), {"-v", "-o", written.path});
  const tests::CommandRun done = run(asked);
  CHECK(holds(done.out, written.path.c_str()));
  CHECK(holds(done.out, "MODEL"));
  CHECK(*read_file(written.path) == run(with_json(replaying(trace.path, "1m,hybrid", kAlike))).out);
  CHECK(tests::run_command(run_schema, {"keep_alive"}, 100).out == std::string(keep_alive_schema()));
}

TEST_CASE("calls of 31 functions: what they take in memory against cold calls") {
  const auto path = tests::shared_data("invitro_Azure2021_200.csv");
  if (!path) return;
  const KeepAliveComparison calls = compared(replaying(
      *path, "1m,10m,hybrid,greedy-dual",
      {"--traffic-map", "model=func", "--start-up", "2s", "--model-memory", "1GiB", "--host-memory", "15GiB"}));
  CHECK(calls.models.size() == 31);
  CHECK(calls.rules[0].loads == 108);
  CHECK(calls.rules[1].loads == 32);
  CHECK(calls.rules[2].loads - calls.rules[2].ahead == 33);
  CHECK(calls.rules[3].loads == 64);
  CHECK(calls.rules[3].most_bytes == 15 * kGiB);
  CHECK(calls.conclusion.starts_with("Only one fits, greedy-dual"));
}
