#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "cli/commands/commands.h"
#include "cli/commands/simulate_flags.h"
#include "profiles/plan.h"
#include "profiles/simulation.h"
#include "profiles/support/atomic_file.h"
#include "tests/cli/command_run.h"
#include "tests/cli/example_plans.h"
#include "tests/cli/example_reports.h"
#include "tests/cli/golden.h"

using namespace mlplan;
using namespace mlplan::cli;

namespace {

using Run = tests::CommandRun;

Run run(const std::vector<std::string>& arguments) { return tests::run_command(run_simulate, arguments, 80); }

using File = tests::TextFile;

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

// A plan that rests on the small report, both on disk; every count and rate is made up.
struct PlanOnDisk {
  explicit PlanOnDisk(const std::string& kind) : report(write_report(examples::small_fast_model())) {
    plan.recommendation->report = report.path;
    plan.reports.front().path = report.path;
    plan.reports.front().sha256 = examples::small_fast_model().model.sha256;
    plan.reports.front().fingerprint = examples::small_fast_model().machine.fingerprint;
    plan.slo.latency = {{0.9, 400e6}};
    plan.slo.exposure = 0.2;
    Deployment& deployment = *plan.recommendation;
    deployment.times = {.service_factor = 1.25,
                        .start_up_factor = 2,
                        .start_up_more_s = 1.5,
                        .start_up_state = "model_cold",
                        .node_start_s = 40,
                        .image_start_s = 20};
    deployment.scaling.kind = kind;
    deployment.scaling.policy = kind == "fixed" ? "fixed" : "mlplan";
    if (kind == "fixed") return;
    deployment.scaling.rates_per_s = {8, 20, 32, 45};
    deployment.scaling.settings = {
        {"spares", 1},   {"step", 1},     {"interval_s", 5}, {"short_window_s", 15}, {"long_window_s", 60},
        {"hold_s", 300}, {"drain_s", 10}, {"lead_s", 90},    {"lowest", 1},          {"capacity_per_s", 24}};
  }
  std::string path() {
    REQUIRE(write_file(file.path, write_plan(plan)));
    return file.path;
  }
  Simulation played(const std::vector<std::string>& flags) {
    const Run done = run(std::vector<std::string>{path(), "--json"} + flags);
    const auto simulation = read_simulation(done.out, "-");
    if (!simulation) FAIL(done.error.message << simulation.error().message);
    return *simulation;
  }

  Plan plan = examples::scheduled_plan();
  File report;
  File file{""};
};

const std::vector<std::string> kSomeHours = {"--rate", "12/s", "--peak",     "30/s", "--peak-hour",    "14",
                                             "--from", "10h",  "--duration", "2h",   "--replications", "2"};

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

TEST_CASE("a plan is played as it says, by the hour, with the report it rests on") {
  PlanOnDisk planned("scheduled");
  const Run done = run(std::vector<std::string>{planned.path(), "--seed", "7"} + kSomeHours);
  CHECK(done.code == 0);
  check_golden("simulate_plan_80.txt",
               with(with(done.out, planned.report.path, "resnet50.json"), planned.file.path, "plan.json"));
}

TEST_CASE("a plan brings instances, times, scaling and objectives") {
  PlanOnDisk planned("live");
  const Simulation own = planned.played(kSomeHours);
  CHECK(own.fleet.plan == planned.file.path);
  CHECK(own.fleet.report == planned.report.path);
  CHECK(own.fleet.workers == 2);
  CHECK(own.fleet.threads == 2);
  CHECK(own.fleet.max_batch == 4);
  CHECK(own.fleet.batch_timeout_ns == 5'000'000);
  CHECK(own.fleet.service.size() == 3);
  CHECK(own.fleet.routing == "least_outstanding");
  CHECK(own.fleet.node_start->mean_ns == doctest::Approx(40e9));
  const Simulation unscaled = read_simulation(run(std::vector<std::string>{planned.report.path, "--policy", "hpa",
                                                                           "--threads", "2", "--batch", "4", "--json"} +
                                                  kSomeHours)
                                                  .out,
                                              "-")
                                  .value();
  CHECK(own.fleet.service.front().time.mean_ns == doctest::Approx(1.25 * unscaled.fleet.service.front().time.mean_ns));
  CHECK(own.fleet.start_up->mean_ns == doctest::Approx(2 * unscaled.fleet.start_up->mean_ns + 1.5e9));
  CHECK(own.policy == "mlplan");
  CHECK(own.policy_settings.at("spares") == 2);  // one of the policy, one for failures
  CHECK(own.fleet.initial_instances == 4);       // 2 for the first rate, and the spares
  CHECK(own.objectives.size() == 2);
  CHECK(planned.played(kSomeHours + std::vector<std::string>{"--slo", "p50=1s,p99=2s"}).objectives.size() == 3);
}

TEST_CASE("a fixed plan has as many instances as it buys, and another policy begins with what the load needs") {
  PlanOnDisk fixed("fixed");
  const Simulation own = fixed.played(kSomeHours);
  CHECK(own.policy == "fixed");
  CHECK(own.fleet.initial_instances == 5);
  CHECK(own.figures.ready.value == 5);
  CHECK(!own.fleet.start_up);
  CHECK(fixed.played(kSomeHours + std::vector<std::string>{"--policy", "hpa"}).fleet.initial_instances == 5);

  PlanOnDisk live("live");
  const Simulation hpa = live.played(kSomeHours + std::vector<std::string>{"--policy", "hpa", "--max", "3"});
  CHECK(hpa.policy == "hpa");
  CHECK(hpa.fleet.initial_instances == 4);
  CHECK(hpa.fleet.start_up);
  CHECK(live.played(kSomeHours + std::vector<std::string>{"--policy", "fixed"}).fleet.initial_instances == 5);
  CHECK(live.played(kSomeHours + std::vector<std::string>{"--policy", "fixed", "--instances", "2"})
            .fleet.initial_instances == 2);
}

TEST_CASE("a plan's stopped spares are played as its pool") {
  PlanOnDisk planned("live");
  planned.plan.recommendation->scaling.settings["stopped"] = 2;
  planned.plan.recommendation->scaling.settings["stopped_ready_in_s"] = 5;
  const Simulation own = planned.played(kSomeHours);
  CHECK(own.fleet.initial_pool == 2);
  CHECK(own.fleet.pool_exit->mean_ns == 5e9);
  CHECK(own.figures.pooled.value > 1);
  CHECK(own.figures.draws.value > 0);
  const Simulation hpa = planned.played(kSomeHours + std::vector<std::string>{"--policy", "hpa"});
  CHECK(hpa.fleet.initial_pool == 0);
  CHECK_FALSE(hpa.fleet.pool_exit);
}

TEST_CASE("counts by hour are ordered at the traffic's time of day") {
  PlanOnDisk planned("scheduled");
  planned.plan.recommendation->scaling.by_hour.assign(24, 1);
  planned.plan.recommendation->scaling.by_hour[14] = 4;
  // A trickle, so that only the hour decides; the file begins at 13:00 UTC.
  const File rates("time,rate\n2026-01-05T13:00:00Z,0.5\n2026-01-05T14:00:00Z,0.5\n2026-01-05T15:00:00Z,0.5\n");
  const std::vector<std::string> flags = {"--traffic", rates.path, "--replications", "1", "--slo", "p90=10s"};
  const Simulation played = planned.played(flags);
  const auto ready_at = [&](double hours) {
    return played.timeline.at(static_cast<std::size_t>(hours * 3600 / played.stretch_s)).ready;
  };
  CHECK(ready_at(0.5) == doctest::Approx(3));  // and two spares
  CHECK(ready_at(1.5) == doctest::Approx(6));
  CHECK(ready_at(2.5) == doctest::Approx(3));
}

TEST_CASE("what a plan cannot be played with is one clear error") {
  PlanOnDisk planned("live");
  const std::vector<std::string> path = {planned.path(), "--rate", "10/s"};
  const auto error = [&](const std::vector<std::string>& flags) {
    const Run done = run(path + flags);
    CHECK(done.code == 2);
    CHECK(done.out.empty());
    return done.error;
  };
  CHECK(error({"--workers", "2", "--service", "20ms", "--shared-host"}).where == "--workers, --service, --shared-host");
  CHECK(holds(error({"--start-up", "20s"}).message, "the plan says"));
  CHECK(error({"--min", "2"}).where == "--min");
  CHECK(holds(error({"--report", "nowhere.json"}).where, "nowhere.json"));

  Report other = examples::small_fast_model();
  other.model.sha256 = "another";
  const File of_another_model(write_report(other));
  CHECK(holds(error({"--report", of_another_model.path}).message, "another model"));
  other = examples::small_fast_model();
  other.machine.fingerprint = "another";
  const File of_another_machine(write_report(other));
  const Simulation elsewhere =
      planned.played(kSomeHours + std::vector<std::string>{"--report", of_another_machine.path});
  CHECK(elsewhere.fleet.report == of_another_machine.path);
  CHECK(std::ranges::any_of(elsewhere.assumptions,
                            [](const std::string& text) { return holds(text, "another machine"); }));

  planned.plan.recommendation->report = "gone.json";
  planned.plan.reports.front().path = "gone.json";
  planned.path();
  CHECK(error({}).where == "gone.json");
  CHECK(holds(error({}).hint, "--report FILE"));
  CHECK(run(path + std::vector<std::string>{"--report", planned.report.path, "--duration", "1m"}).code != 2);
  planned.plan.recommendation->scaling.settings.erase("hold_s");
  planned.path();
  CHECK(holds(error({"--report", planned.report.path}).message, "hold_s"));

  const File infeasible(write_plan(examples::infeasible_plan()));
  const Run nothing = run({infeasible.path, "--rate", "10/s"});
  CHECK(nothing.code == 2);
  CHECK(holds(nothing.error.message, "recommends nothing"));
  CHECK(holds(nothing.error.hint, "plan again"));
  const File report(write_report(examples::small_fast_model()));
  CHECK(holds(message({report.path, "--report", report.path, "--rate", "1/s"}), "there is no plan"));
}

TEST_CASE("spot instances are interrupted as often as is said, and notice saves what they serve") {
  // 20 of them for 10 hours, each every 30 minutes while it is ready: 400, give or take 20.
  const std::vector<std::string> spot = {"--rate",          "200/s", "--service",      "20ms", "--instances", "20",
                                         "--duration",      "10h",   "--replications", "2",    "--start-up",  "10s",
                                         "--interruptions", "30m",   "--json"};
  const auto played = [&](const std::vector<std::string>& flags) {
    const Run done = run(spot + flags);
    CHECK(done.code == 0);
    return *read_simulation(done.out, "-");
  };
  const Simulation warned = played({});
  CHECK(warned.figures.interruptions.value == doctest::Approx(400).epsilon(0.15));
  CHECK(warned.figures.cold_starts.value == doctest::Approx(warned.figures.interruptions.value).epsilon(0.02));
  CHECK(warned.figures.unserved.value == 0);
  CHECK(warned.fleet.time_between_interruptions_s == 1800);
  CHECK(warned.fleet.notice_s == 120);
  CHECK(warned.fleet.start_up);
  const Simulation unwarned = played({"--notice", "0s"});
  CHECK(unwarned.fleet.notice_s == 0);
  CHECK(unwarned.figures.unserved.value > 0);
  CHECK(holds(
      run(spot + std::vector<std::string>{"--notice", "30s", "--duration", "1m", "-v", "--replications", "1"}).out,
      "\"notice_s\": 30"));
  CHECK(holds(message(kQuiet + std::vector<std::string>{"--notice", "30s"}), "there are none"));
  CHECK(holds(message(kQuiet + std::vector<std::string>{"--interruptions", "1h"}), "takes to start"));
}

TEST_CASE("flags about starting are refused where nothing ever starts") {
  CHECK(holds(message(kQuiet + std::vector<std::string>{"--start-up", "20s"}), "no instance ever starts"));
  CHECK(holds(message(kQuiet + std::vector<std::string>{"--node-start", "20s"}), "no instance ever starts"));
  CHECK(run(kQuiet + std::vector<std::string>{"--start-up", "20s", "--failures", "1h"}).code == 0);
  CHECK(run(kQuiet + std::vector<std::string>{"--start-up", "20s", "--pool", "1"}).code == 0);
}
