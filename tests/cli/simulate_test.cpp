#include <doctest/doctest.h>

#include <string>

#include "cli/commands/commands.h"
#include "cli/commands/simulate_flags.h"
#include "cli/terminal.h"
#include "profiles/simulation.h"
#include "profiles/support/atomic_file.h"
#include "tests/cli/captured_output.h"
#include "tests/cli/example_reports.h"
#include "tests/cli/golden.h"

using namespace mlplan;
using namespace mlplan::cli;

namespace {

struct Run {
  int code = 0;
  std::string out;
  std::string err;
  Error error;
};

Run run(const std::vector<std::string>& arguments) {
  Context context;
  context.environment = [](const char*) { return std::optional<std::string>(); };
  context.answer.width = 80;
  take_over_locale(context.environment);
  const tests::CapturedOutput captured;
  const Result<int> code = run_simulate(arguments, context);
  return {code ? *code : exit_code(code.error().kind), captured.out(), captured.err(), code ? Error{} : code.error()};
}

struct File {
  explicit File(const std::string& text) : path(folder.path() + "/x") { REQUIRE(write_file(path, text)); }
  tests::TemporaryFolder folder;
  std::string path;
};

std::string with(std::string text, const std::string& what, const std::string& instead) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + instead.size()))
    text.replace(at, what.size(), instead);
  return text;
}

std::vector<std::string> operator+(std::vector<std::string> a, const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// 20 ms each at 20/s on one instance: 40 % used.
const std::vector<std::string> kQuiet = {"--rate", "20/s", "--service", "20ms", "--duration", "10m"};

std::string message(const std::vector<std::string>& arguments) {
  const Run done = run(arguments);
  CHECK(done.code == 2);
  CHECK(done.out.empty());
  CHECK_MESSAGE(!(done.error.where + done.error.hint).empty(), done.error.message);
  return done.error.message;
}

bool holds(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a trace through one instance of a fixed time comes out as by hand") {
  // Two at once: the second waits 1 s. The third comes to an idle instance, the fourth half a second into its service.
  const File trace("arrival\n0\n0\n10\n10.5\n");
  const Run done =
      run({"--traffic", trace.path, "--service", "1s", "--replications", "2", "--slo", "p50=1s,p75=1600ms"});
  check_golden("simulate_trace_80.txt", with(done.out, trace.path, "trace.csv"));
  CHECK(done.code == 4);  // four requests are too few for a verdict
  CHECK(done.err.empty());
}

TEST_CASE("equal seeds give equal bytes, other seeds others") {
  const std::vector<std::string> random = {"--rate",        "50/s", "--burst",  "0.5@30s",    "--service",  "20ms",
                                           "--service-scv", "1",    "--policy", "hpa",        "--start-up", "30s",
                                           "--failures",    "5m",   "--json",   "--duration", "20m"};
  const std::string first = run(random + std::vector<std::string>{"--seed", "7"}).out;
  CHECK(first.size() > 1000);
  CHECK(run(random + std::vector<std::string>{"--seed", "7"}).out == first);
  CHECK(run(random + std::vector<std::string>{"--seed", "8"}).out != first);
}

TEST_CASE("the exit code is the verdict: kept, missed, or not to be told") {
  CHECK(run(kQuiet + std::vector<std::string>{"--slo", "p99=1s"}).code == 0);
  CHECK(run(kQuiet + std::vector<std::string>{"--slo", "p99=19ms"}).code == 1);
  CHECK(run(kQuiet + std::vector<std::string>{"--slo", "p99=1s", "--replications", "1"}).code == 4);
  CHECK(run(kQuiet + std::vector<std::string>{"--exposure", "0.1%"}).code == 0);
  // Twice what an instance can do, and the next takes longer than all of the run.
  CHECK(run({"--rate", "100/s", "--service", "20ms", "--duration", "10m", "--policy", "hpa", "--start-up", "20m",
             "--exposure", "10%"})
            .code == 1);
}

TEST_CASE("the document holds what the terminal shows, and is read again") {
  const File file("");
  const Run shown = run(kQuiet + std::vector<std::string>{"-o", file.path, "--slo", "p99=1s", "--warm-up", "1m"});
  CHECK(shown.code == 0);
  CHECK(holds(shown.out, file.path.c_str()));
  const auto simulation = read_simulation(*read_file(file.path), file.path);
  REQUIRE(simulation);
  CHECK(simulation->verdict == "met");
  CHECK(simulation->run.replications == 5);
  CHECK(simulation->timeline.size() == 240);
  CHECK(simulation->timeline.front().start_s == 60);
  CHECK(simulation->stretch_s == doctest::Approx(540.0 / 240));
  CHECK(simulation->figures.requests.value == doctest::Approx(20 * 540).epsilon(0.05));
  CHECK(simulation->figures.utilisation.value == doctest::Approx(0.4).epsilon(0.05));
  CHECK(run(kQuiet + std::vector<std::string>{"--slo", "p99=1s", "--warm-up", "1m", "-o", "-"}).out ==
        with(*read_file(file.path), file.path, "-"));
}

TEST_CASE("a report says how long serving and starting take") {
  const File report(write_report(examples::small_fast_model()));
  const Run done = run({report.path, "--rate", "30/s", "--policy", "hpa", "--threads", "2", "--batch", "4",
                        "--duration", "10m", "--json"});
  REQUIRE(done.code == 0);
  const auto simulation = read_simulation(done.out, "-");
  REQUIRE(simulation);
  CHECK(simulation->fleet.report == report.path);
  CHECK(simulation->fleet.service.size() == 3);
  CHECK(simulation->fleet.start_state == "model_cold");
  CHECK(simulation->fleet.threads == 2);
  CHECK(holds(message({report.path, "--rate", "1/s", "--batch", "3"}), "no steady rows with a batch of 3"));
  CHECK(holds(message({report.path, "--rate", "1/s", "--policy", "hpa", "--state", "all_cold"}), "all_cold"));
}

TEST_CASE("a report is not asked for starts that never happen") {
  Report without = examples::small_fast_model();
  without.cold_start.states.clear();
  const File report(write_report(without));
  CHECK(run({report.path, "--rate", "10/s", "--duration", "1m", "--instances", "2"}).code == 0);
  CHECK(holds(message({report.path, "--rate", "10/s", "--policy", "hpa"}), "no start in the state model_cold"));
}

TEST_CASE("what cannot be played is one clear error") {
  CHECK(holds(message({"--rate", "1/s"}), "how long a request takes"));
  CHECK(holds(message({"--service", "20ms"}), "not said how many requests"));
  CHECK(holds(message({"--rate", "0/s", "--service", "20ms"}), "no traffic at all"));
  CHECK(run({"--rate", "1/s", "--service", "20ms", "--policy", "hap"}).error.hint == "hpa");
  CHECK(holds(message({"--rate", "1/s", "--service", "20ms", "--policy", "hpa"}), "takes to start"));
  CHECK(holds(message(kQuiet + std::vector<std::string>{"--target", "0.5"}), "says nothing to the policy fixed"));
  CHECK(holds(message(kQuiet + std::vector<std::string>{"--pool-exit", "1s"}), "there are none"));
  CHECK(holds(message(kQuiet + std::vector<std::string>{"--instances", "0"}), "nothing is ever served"));
  CHECK(holds(message(kQuiet + std::vector<std::string>{"--batch", "4"}), "a batch of 4"));
  CHECK(holds(message(kQuiet + std::vector<std::string>{"--warm-up", "10m"}), "leaves nothing"));
  CHECK(holds(message(kQuiet + std::vector<std::string>{"--from", "1h"}), "the same from everywhere"));
  CHECK(holds(message({"--rate", "1/d", "--service", "20ms", "--duration", "1s"}), "no request came"));
  const File rates("time,rate\n0,10\n60,20\n");
  CHECK(holds(message({"--traffic", rates.path, "--service", "20ms", "--duration", "3m"}), "2m 0s long"));
  CHECK(holds(message({"--traffic", rates.path, "--service", "20ms", "--from", "2m"}), "2m 0s long"));
  const File unsorted("arrival\n5\n3\n");
  CHECK(run({"--traffic", unsorted.path, "--service", "20ms"}).error.where.find(":3") != std::string::npos);
}

TEST_CASE("an objective below the time of serving is missed, and no error") {
  const Run done = run(kQuiet + std::vector<std::string>{"--slo", "p50=1ms"});
  CHECK(done.code == 1);
  CHECK(holds(done.out, "100 %"));
}

TEST_CASE("a stretch of the traffic can be played alone") {
  const File rates("time,rate\n0,10\n60,400\n120,10\n");
  const Run done = run({"--traffic", rates.path, "--service", "1ms", "--from", "1m", "--duration", "1m", "--json"});
  const auto simulation = read_simulation(done.out, "-");
  REQUIRE(simulation);
  CHECK(simulation->figures.requests.value == doctest::Approx(24'000).epsilon(0.05));
  CHECK(simulation->run.from_s == 60);
}
