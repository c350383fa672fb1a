#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "cli/commands/commands.h"
#include "profiles/machine_profile.h"
#include "profiles/plan.h"
#include "profiles/support/atomic_file.h"
#include "tests/cli/command_run.h"
#include "tests/cli/example_reports.h"
#include "tests/cli/golden.h"

using namespace mlplan;
using namespace mlplan::cli;

namespace {

using Run = tests::CommandRun;

Run run(const std::vector<std::string>& arguments) { return tests::run_command(run_plan, arguments, 100); }

using File = tests::TextFile;

// Lines that were wrapped, and columns, with single blanks.
std::string on_one_line(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n';
    if (!blank || (!out.empty() && out.back() != ' ')) out += blank ? ' ' : c;
  }
  return out;
}

bool holds(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

std::string with(std::string text, const std::string& what, const std::string& instead) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + instead.size()))
    text.replace(at, what.size(), instead);
  return text;
}

const std::string kTypes =
    "instance_type,cloud,region,arch,vcpus,memory_gib,usd_per_hour,spot_usd_per_hour,coremark_iters_per_s\n"
    "small,aws,x,x86_64,2,8,0.10,0.04,30000\n"
    "large,aws,x,x86_64,8,32,0.40,0.16,120000\n";

// A report and two types, on disk.
struct Given {
  File report{write_report(examples::small_fast_model())};
  File catalog{kTypes};

  Run plan(const std::vector<std::string>& flags) const {
    std::vector<std::string> arguments = {report.path, "--catalog", catalog.path};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    return run(arguments);
  }
  Error refused(const std::vector<std::string>& flags) const {
    const Run done = plan(flags);
    CHECK(done.code == 2);
    CHECK(done.out.empty());
    CHECK_MESSAGE(!done.error.where.empty(), done.error.message);
    return done.error;
  }
  std::string shown(const Run& done) const {
    return with(with(done.out, report.path, "report.json"), catalog.path, "catalog.csv");
  }
};

std::vector<std::string> asking(const std::vector<std::string>& more = {}) {
  std::vector<std::string> flags = {"--rate", "60/s", "--slo", "p99=200ms"};
  flags.insert(flags.end(), more.begin(), more.end());
  return flags;
}

}  // namespace

TEST_CASE("a plan reads as it should, and says where it rests on little") {
  const Given given;
  const Run done = given.plan(asking());
  CHECK(done.code == 0);
  check_golden("plan_command_100.txt", given.shown(done));
}

TEST_CASE("a maximum that is too small is no error but the answer, once") {
  const Given given;
  const Run done = given.plan(asking({"--rate", "100000/s", "--max-instances", "10"}));
  CHECK(done.code == 1);
  check_golden("plan_command_maximum_100.txt", given.shown(done));
}

TEST_CASE("an objective below the service time, a memory and a budget that nothing fits into, end with exit code 1") {
  const Given given;
  const Run latency = given.plan(asking({"--slo", "p99=100us"}));
  CHECK(latency.code == 1);
  CHECK(holds(latency.out, "even idle"));
  const Run memory = given.plan(asking({"--state", "200GiB@10m"}));
  CHECK(memory.code == 1);
  CHECK(holds(memory.out, "room for the sessions"));
  const Run budget = given.plan(asking({"--budget", "0.01"}));
  CHECK(budget.code == 1);
  CHECK(holds(budget.out, "more than the budget"));
}

TEST_CASE("the document is the same wherever it is written, and equal inputs give equal bytes") {
  const Given given;
  const File written("");
  const Run shown = given.plan(asking({"-o", written.path}));
  CHECK(holds(shown.out, "TO EXPECT"));
  const std::string json = given.plan(asking({"--json"})).out;
  CHECK(json == *read_file(written.path));
  CHECK(json == given.plan(asking({"-o", "-"})).out);
  const auto plan = read_plan(json, "-");
  REQUIRE(plan);
  CHECK(plan->recommendation);
}

TEST_CASE("the long view lists what the short one counts") {
  const Given given;
  const char* const assumed = "nobody gives up";
  CHECK_FALSE(holds(given.plan(asking()).out, assumed));
  CHECK(holds(given.plan(asking({"-v"})).out, assumed));
}

TEST_CASE("prices of another kind are taken when they are asked for") {
  const Given given;
  const auto usual = read_plan(given.plan(asking({"--json"})).out, "-");
  const auto spot = read_plan(given.plan(asking({"--price", "spot", "--json"})).out, "-");
  REQUIRE(usual);
  REQUIRE(spot);
  CHECK(spot->recommendation->instance.option == "spot");
  CHECK(spot->recommendation->predicted.usd_per_hour.value ==
        doctest::Approx(0.4 * usual->recommendation->predicted.usd_per_hour.value));
}

TEST_CASE("two profiles carry the times over from the machine that was measured to a type") {
  const Given given;
  const Report report = examples::small_fast_model();
  const auto profile = [&](double rate, int cpus) {
    const auto figure = [&](double best) { return MachineFigure{.best = best, .median = best, .samples = {best}}; };
    MachineProfile out;
    out.stop = "complete";
    out.started_at = "2026-01-05T10:00:00Z";
    out.rounds = 1;
    out.machine = report.machine;
    out.machine.cpu.logical = cpus;
    out.memory = {{.threads = 1, .read = figure(rate)}};
    out.arithmetic = {{.dtype = "f32", .threads = 1, .gemm = figure(10 * rate)}};
    return write_machine_profile(out);
  };
  const File here(profile(4e9, report.machine.cpu.logical));
  const File small(profile(5e9, 2));
  const Run done = given.plan(
      asking({"--where", "name=small", "--profile", here.path, "--profile", "small=" + small.path, "--json"}));
  const auto plan = read_plan(done.out, "-");
  REQUIRE_MESSAGE(plan, done.error.message);
  REQUIRE(plan->recommendation);
  CHECK(plan->recommendation->extrapolation.kind == "profiles");
  CHECK(plan->recommendation->extrapolation.time_factor == doctest::Approx(0.8));
  CHECK(plan->recommendation->extrapolation.error == doctest::Approx(0.1));

  CHECK(given.refused(asking({"--profile", "smal=" + small.path})).hint == "small");
  CHECK(holds(given.refused(asking({"--profile", "large=" + small.path})).message, "large has 8"));
  CHECK(holds(given.refused(asking({"--profile", here.path})).hint, "TYPE=FILE"));
  CHECK(holds(given.refused(asking({"--profile", "small=" + small.path})).hint, "--profile FILE"));
  const File other(profile(4e9, report.machine.cpu.logical + 1));
  CHECK(holds(given.refused(asking({"--profile", other.path})).message, "another machine"));
  CHECK_FALSE(given.refused(asking({"--profile", given.report.path})).message.empty());
}

TEST_CASE("what cannot be planned is one clear error that names the flag") {
  const Given given;
  CHECK(given.refused({"--rate", "1/s"}).where == "--slo");
  CHECK(holds(given.refused(asking({"--where", "cloud=gcp"})).message, "meets all conditions"));
  CHECK(holds(given.refused(asking({"--price", "sport"})).hint, "on_demand, spot"));
  CHECK(holds(given.refused(asking({"--min-instances", "5", "--max-instances", "3"})).message, "at least 5"));
  CHECK(given.refused(asking({"--measured-on", "smal"})).hint == "small");
  CHECK(holds(given.refused(asking({"--measured-on", "other.json=small"})).message, "none of the reports"));
  CHECK(given.refused(asking({"--objective", "latency"})).where == "--objective");
  CHECK(given.refused(asking({"--availability", "99.9%"})).hint == "--mtbf 30d");
  CHECK(given.refused(asking({"--budget", "-3"})).where == "--budget -3");
  CHECK(given.refused(asking({"--state", "2MiB"})).where == "--state 2MiB");
  CHECK(given.refused(asking({"--node-start", "5"})).where == "--node-start 5");
  CHECK(holds(given.refused(asking({"--rate", "9999999999999/s"})).message, "beyond any traffic"));
  CHECK(given.refused(asking({"-o", "/nowhere/plan.json"})).where == "/nowhere/plan.json");
  CHECK(given.refused(asking({"--dim", "seq=7"})).where == given.report.path);
}

TEST_CASE("reports that no plan can rest on are refused by name") {
  const Given given;
  Report report = examples::small_fast_model();
  report.model.sha256 = "another";
  const File other(write_report(report));
  CHECK(given.refused(asking({other.path})).where == other.path);
  CHECK(holds(given.refused(asking({other.path})).message, "another model"));
  report.steady.clear();
  const File idle(write_report(report));
  CHECK(run({idle.path, "--rate", "1/s", "--slo", "p99=1s"}).error.where == idle.path);
  const File plan(R"({"schema": "mlplan.plan", "schema_version": "1.0"})");
  CHECK(holds(run({plan.path, "--rate", "1/s", "--slo", "p99=1s"}).error.message, "is not a report"));
  const File newer(
      with(write_report(examples::small_fast_model()), R"("schema_version": "1.0")", R"("schema_version": "2.0")"));
  CHECK(holds(run({newer.path, "--rate", "1/s", "--slo", "p99=1s"}).error.message, "2.0"));
}

TEST_CASE("of reports that say the same of every type one too many is refused") {
  const Given given;
  const Error twice = given.refused(asking({given.report.path}));
  CHECK(twice.where == given.report.path);
  CHECK(twice.message == "was measured on the same machine as " + given.report.path);
  CHECK(holds(twice.hint, "only the one"));

  Report report = examples::small_fast_model();
  report.machine.fingerprint = "another";
  const File other(write_report(report));
  const Error unsaid = given.refused(asking({other.path}));
  CHECK(holds(unsaid.message, "nothing says on which instance types"));
  CHECK(unsaid.hint.starts_with("--measured-on " + other.path + "=TYPE"));
  CHECK(given.refused(asking({other.path, "--measured-on", "small"})).message ==
        "was measured on small, like " + given.report.path);
  const Run told = given.plan(asking({other.path, "--measured-on", other.path + "=small", "--json"}));
  CHECK(told.code == 0);
  const auto plan = read_plan(told.out, "-");
  REQUIRE(plan);
  CHECK(plan->reports.size() == 2);
}

TEST_CASE("rows of a catalog that cannot be are named by their line") {
  const Given given;
  const std::string header = kTypes.substr(0, kTypes.find('\n') + 1);
  const auto refused = [&](const std::string& row) {
    const File catalog(header + row);
    return given.refused(asking({"--catalog", catalog.path})).message;
  };
  CHECK(holds(refused("a,aws,x,x86_64,2,,0.1,,\n"), ":2: a has no memory"));
  CHECK(holds(refused("a,aws,x,x86_64,2,8,,,\n"), ":2: a has no price"));
  CHECK(holds(refused("a,aws,x,x86_64,-2,8,0.1,,\n"), ":2: a cannot have -2 vCPUs"));
  CHECK(holds(refused("a,aws,x,x86_64,two,8,0.1,,\n"), "'two' is not a number"));
  const File nowhere("instance_type,vcpus,memory_gib,usd_per_hour\na,2,8,0.1\n");
  const Run done = given.plan(asking({"--catalog", nowhere.path}));
  CHECK(done.code == 1);
  CHECK(holds(done.out, "does not say whether"));
}

TEST_CASE("traffic that cannot be is named by its line") {
  const Given given;
  const auto refused = [&](const std::string& text) {
    const File file(text);
    return with(given.refused({"--traffic", file.path, "--slo", "p99=1s"}).where, file.path, "traffic.csv");
  };
  CHECK(refused("time,rate\n0,1\n120,2\n60,3\n") == "traffic.csv:4");
  CHECK(refused("time,rate\n0,10\n60,abc\n") == "traffic.csv:3");
  CHECK(refused("time,rate\n0,10\n60,-5\n") == "traffic.csv:3");
  CHECK(refused("time,rate\n0,10\n60,1e300\n") == "traffic.csv:3");
  CHECK(refused("arrival\n0\n5\n3\n") == "traffic.csv:4");
  CHECK(refused("arrival\n0\nx\n") == "traffic.csv:3");
  CHECK(refused("") == "traffic.csv");
  CHECK(refused("time,rate\n") == "traffic.csv");
}

namespace {

// Made up, of the size that a ResNet-50 has on an L4 in a machine of four CPUs: not measured.
Report report_of_an_l4() {
  constexpr double kMs = 1e6;
  constexpr double kMiB = 1024 * 1024;
  Report report = examples::small_fast_model();
  report.mlplan.device = "cuda:0";
  report.mlplan.libtorch_build = "CUDA 13.0 build; AVX512; OpenMP; NVIDIA L4, driver for CUDA 13.0";
  report.machine.fingerprint = "0011223344556677";
  report.machine.cpu.logical = 4;
  const auto scale = [](Stat& stat, double factor) {
    for (double* value : {&stat.median, &stat.min, &stat.max, &stat.lower_quartile}) *value *= factor;
    if (stat.low) *stat.low *= factor;
    if (stat.high) *stat.high *= factor;
    for (double& sample : stat.samples) sample *= factor;
  };
  std::erase_if(report.steady, [](const SteadyRow& row) { return row.threads != 1; });
  report.steady[0].workers = 1;
  report.steady[1].workers = 2;
  SteadyRow large = report.steady[0];
  large.batch = 16;
  report.steady.push_back(large);
  const double medians[] = {4.2 * kMs, 6.9 * kMs, 15.5 * kMs};  // alone, two side by side, batch 16
  for (std::size_t i = 0; i < 3; ++i) scale(report.steady[i].latency, medians[i] / report.steady[i].latency.median);
  for (LedgerRow& row : report.memory.ledger) {
    if (row.at != "framework" && row.at != "steady") continue;
    row.gpu = row.rss;
    scale(*row.gpu, (row.at == "steady" ? 780 : 410) * kMiB / row.rss.median);
  }
  for (ColdStartState& state : report.cold_start.states) scale(state.time_to_first_result, 7);
  return report;
}

const std::string kCards =
    "instance_type,cloud,region,arch,vcpus,memory_gib,gpu,gpu_count,gpu_memory_gib,usd_per_hour,coremark_iters_per_s\n"
    "l4,aws,x,x86_64,4,16,L4,1,24,0.80,60000\n"
    "l4x4,aws,x,x86_64,48,192,L4,4,24,4.60,720000\n"
    "t4,aws,x,x86_64,4,16,T4,1,16,0.53,56000\n"
    "cpu,aws,x,x86_64,4,16,,,,0.20,60000\n";

MachineProfile probed(const char* card, double times, int cpus) {
  const auto figure = [&](double best) { return MachineFigure{.best = best, .median = best, .samples = {best}}; };
  MachineProfile out;
  out.stop = "complete";
  out.started_at = "2026-01-05T10:00:00Z";
  out.rounds = 1;
  out.machine = examples::small_fast_model().machine;
  out.machine.cpu.logical = cpus;
  GpuProfile& gpu = out.gpus.emplace_back();
  gpu.info.name = card;
  gpu.memory.read = figure(280e9 / times);
  gpu.products = {{"f32", figure(20e12 / times)}};
  gpu.launch.enqueue = figure(4000 * times);
  return out;
}

}  // namespace

TEST_CASE("a report from a GPU buys the card that was measured, by its workers and its memory") {
  const File report(write_report(report_of_an_l4()));
  const File catalog(kCards);
  const auto plan_for = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {report.path, "--catalog", catalog.path};
    if (std::ranges::find(more, "--slo") == more.end()) arguments.insert(arguments.end(), {"--slo", "p99=100ms"});
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  };
  const Run shown = plan_for({"--rate", "300/s", "--measured-on", "l4", "-v"});
  CHECK_MESSAGE(shown.code == 0, shown.error.message);
  for (const char* part :
       {"1 x L4", "GPU memory", "known to fit, not how much is left", "has no GPU: the model was measured on one",
        "another GPU than was measured (L4)", "GPUs of one instance do not slow each other down"}) {
    CAPTURE(part);
    CHECK_MESSAGE(holds(on_one_line(shown.out), part), shown.out);
  }
  CHECK_FALSE(holds(on_one_line(shown.out), "share of its vCPUs in use"));
  const auto plan = read_plan(plan_for({"--rate", "300/s", "--measured-on", "l4", "--json"}).out, "-");
  REQUIRE(plan);
  REQUIRE(plan->recommendation);
  const Deployment& bought = *plan->recommendation;
  CHECK(bought.instance.name == "l4");
  CHECK(bought.extrapolation.kind == "measured");
  REQUIRE(bought.memory.gpu);
  CHECK(bought.memory.gpu->workers == bought.workers);
  CHECK(bought.memory.gpu->available_bytes == std::int64_t{24} << 30);
  const auto is_left_out = [&](const char* why) {
    return std::ranges::any_of(plan->catalog.left_out, [&](const LeftOut& left) { return holds(left.why, why); });
  };
  CHECK(is_left_out("has no GPU: the model was measured on one"));
  CHECK(is_left_out("another GPU than was measured (L4)"));
  // Without --measured-on the driver's name of the card is enough, and the CPU beside it is not known.
  const auto unsaid = read_plan(plan_for({"--rate", "300/s", "--json"}).out, "-");
  REQUIRE(unsaid);
  REQUIRE(unsaid->recommendation);
  CHECK(unsaid->recommendation->extrapolation.kind == "same_gpu");
  CHECK(unsaid->recommendation->extrapolation.error >= 0.25);

  CHECK(holds(plan_for({"--rate", "1/s", "--measured-on", "cpu"}).error.message, "cpu has no GPU"));
  CHECK(holds(plan_for({"--rate", "1/s", "--measured-on", "t4"}).error.message, "was measured on a NVIDIA L4"));
  const Run nothing = plan_for({"--rate", "1/s", "--where", "name=t4"});
  CHECK(nothing.code == 1);
  CHECK(holds(nothing.out, "another GPU than was measured (NVIDIA L4)"));
}

TEST_CASE("another card is planned with by the profiles of both machines, and a profile without the card is refused") {
  const File report(write_report(report_of_an_l4()));
  const File catalog(kCards);
  const File here(write_machine_profile(probed("NVIDIA L4", 1, 4)));
  const File t4(write_machine_profile(probed("Tesla T4", 1.5, 4)));
  const auto plan_for = [&](const std::vector<std::string>& profiles) {
    std::vector<std::string> arguments = {report.path, "--catalog", catalog.path, "--slo",   "p99=100ms",
                                          "--rate",    "50/s",      "--where",    "name=t4", "--json"};
    for (const std::string& profile : profiles) arguments.insert(arguments.end(), {"--profile", profile});
    return run(arguments);
  };
  // The report is of a machine of four CPUs, and so must its profile be.
  const auto plan = read_plan(plan_for({here.path, "t4=" + t4.path}).out, "-");
  REQUIRE(plan);
  REQUIRE(plan->recommendation);
  CHECK(plan->recommendation->instance.gpu == "1 x T4");
  CHECK(plan->recommendation->extrapolation.kind == "profiles");
  CHECK(plan->recommendation->extrapolation.time_factor == doctest::Approx(1.5));
  CHECK(plan->recommendation->max_batch == 1);  // of larger ones nothing says that they fit into a smaller card

  MachineProfile without = probed("NVIDIA L4", 1, 4);
  without.gpus.clear();
  const File no_gpu(write_machine_profile(without));
  CHECK(holds(plan_for({no_gpu.path, "t4=" + t4.path}).error.message, "has no figures of the NVIDIA L4"));
  CHECK(holds(plan_for({here.path, "t4=" + no_gpu.path}).error.message, "has no figures of a GPU"));
  CHECK(holds(plan_for({here.path, "t4=" + here.path}).error.message, "is of a machine with a NVIDIA L4"));
}
