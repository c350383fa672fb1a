// mlplan gate as a CI job calls it: exit codes, and what is said of input that is wrong.
#include <doctest/doctest.h>

#include "profiles/report.h"
#include "tests/programs/program.h"

namespace mlplan::tests {
namespace {

Stat stat_of(double first, double step, int n) {
  Stat stat;
  stat.n = n;
  for (int i = 0; i < n; ++i) stat.samples.push_back(first + step * i);
  stat.median = stat.samples[static_cast<std::size_t>(n / 2)];
  stat.min = stat.samples.front();
  stat.max = stat.samples.back();
  stat.lower_quartile = stat.samples[static_cast<std::size_t>(n / 4)];
  return stat;
}

// Starts of about one second, n of them.
Report report_of(int n, double first_ns = 1e9) {
  Report report;
  report.mlplan.version = "0.1.0";
  report.mlplan.started_at = "2026-01-05T10:00:00Z";
  report.mlplan.stop = "complete";
  report.model.path = "/models/model.pt";
  report.model.format = "torchscript";
  report.model.sha256 = std::string(64, 'a');
  report.machine.fingerprint = "0123456789abcdef";
  report.machine.grade = "A";
  ColdStartState& state = report.cold_start.states.emplace_back();
  state.name = "model_cold";
  state.achieved = true;
  state.time_to_first_result = stat_of(first_ns, 1e6, n);
  report.memory.peak_rss = stat_of(2e8, 1e5, n);
  return report;
}

struct Folder {
  Folder() {
    write(at("report.json"), write_report(report_of(12)));
    write(at("few.json"), write_report(report_of(3)));
    write(at("slow.json"), write_report(report_of(12, 1.4e9)));
    Report again = report_of(12, 1.4e9);
    again.mlplan.started_at = "2026-01-05T10:10:00Z";
    write(at("again.json"), write_report(again));
  }
  std::string at(const std::string& name) const { return folder.path() + "/" + name; }
  TemporaryFolder folder;
};

Ended gate(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "gate");
  return run({arguments});
}

// "mlplan gate --bench" of a model that does as it is told.
Ended gate_bench(const std::vector<std::string>& arguments,
                 const std::map<std::string, std::string>& environment = {}) {
  Invocation out = benching("acts.pt", arguments);
  out.arguments.front() = "gate";
  out.arguments.insert(out.arguments.begin() + 1, "--bench");
  out.environment = environment;
  return run(out);
}

}  // namespace

TEST_CASE("the exit code of the gate is 0 for pass, 1 for fail, 4 for inconclusive, or what is asked for") {
  const Folder folder;
  const std::string budget = "cold_start.time_to_first_result=5s";
  CHECK(gate({folder.at("report.json"), "--max", budget}).exit_code == 0);
  CHECK(gate({folder.at("report.json"), "--max", "cold_start.time_to_first_result=1ms"}).exit_code == 1);
  CHECK(gate({folder.at("few.json"), "--max", budget}).exit_code == 4);
  CHECK(gate({folder.at("few.json"), "--max", budget, "--inconclusive", "pass"}).exit_code == 0);
  CHECK(gate({folder.at("few.json"), "--max", budget, "--inconclusive", "fail"}).exit_code == 1);
}

TEST_CASE("the exit code of a gate that measures is 0 to 4 as well") {
  const TemporaryFolder folder;
  CHECK(gate_bench({"--max", "memory.peak_rss=1000GiB"}).exit_code == 0);
  CHECK(gate_bench({"--max", "memory.peak_rss=1KiB"}).exit_code == 1);
  check_end(gate_bench({"--max", "memory.peak_rs=2GiB"}), 2, {"memory.peak_rs", "try: memory.peak_rss"});
  // Eight inferences go well, of the trial and the first starts.
  const std::map<std::string, std::string> aborting = {
      {"BROKEN_ACT", "abort"}, {"BROKEN_COUNT", folder.path() + "/count"}, {"BROKEN_FROM", "8"}};
  check_end(gate_bench({"--max", "cold_start.warm.time_to_first_result=1000s"}, aborting), 3, {"SIGABRT", "try:"});
  CHECK(gate_bench({"--max", "cold_start.warm.time_to_first_result=1000s", "--samples", "2", "--max-samples", "2"})
            .exit_code == 4);
}

TEST_CASE("a regression against a stored baseline fails with a confirming run, and not without") {
  const Folder folder;
  const std::vector<std::string> stored = {folder.at("slow.json"), "--baseline", folder.at("report.json"),
                                           "--max-regression", "10%"};
  const Ended alone = gate(stored);
  CHECK(alone.exit_code == 4);
  CHECK(alone.out.find("--confirm") != std::string::npos);
  std::vector<std::string> confirmed = stored;
  confirmed.insert(confirmed.end(), {"--confirm", folder.at("again.json")});
  CHECK(gate(confirmed).exit_code == 1);
}

TEST_CASE("input that is wrong is exit code 2, with where and what to do") {
  const Folder folder;
  const std::string report = folder.at("report.json");
  const std::string good = "memory.peak_rss=2GiB";
  check_end(gate({report}), 2, {"no budget", "try: --max"});
  check_end(gate({report, "--max", "memory.peak_rs=2GiB"}), 2, {"memory.peak_rs", "try: memory.peak_rss"});
  check_end(gate({report, "--max", "memory.peak_rss=2s"}), 2, {"--max memory.peak_rss=2s", "GiB"});
  check_end(gate({report, "--max", "memory.peak_rss=2"}), 2, {"--max memory.peak_rss=2", "unit"});
  check_end(gate({report, "--max", good, "--confirm", folder.at("again.json")}), 2, {"no baseline", "try: --baseline"});
  check_end(gate({report, "--max-regression", "10%"}), 2, {"--max-regression", "try: --baseline"});

  write(folder.at("b.toml"), "[budget]\nmemory.peak_rs = \"2GiB\"\n");
  check_end(gate({report, "--budget", folder.at("b.toml")}), 2, {"b.toml:2:8", "try: memory.peak_rss"});
  write(folder.at("b.toml"), "[budget]\nmemory.peak_rss = \"2 parsecs\"\n");
  check_end(gate({report, "--budget", folder.at("b.toml")}), 2, {"b.toml:2:19"});
  write(folder.at("b.toml"), "[budget]\nmemory.peak_rss = {mx = \"2GiB\"}\n");
  check_end(gate({report, "--budget", folder.at("b.toml")}), 2, {"unknown key 'mx'", "b.toml:2:20", "try: max"});
  write(folder.at("b.toml"), "[budget\n");
  check_end(gate({report, "--budget", folder.at("b.toml")}), 2, {"is not TOML", "b.toml:1:"});
  check_end(gate({report, "--budget", folder.at("none.toml")}), 2, {"none.toml"});

  const std::string text = content_of(report);
  write(folder.at("cut.json"), text.substr(0, text.size() / 2));
  check_end(gate({folder.at("cut.json"), "--max", good}), 2, {"cut.json"});
  std::string newer = text;
  newer.replace(newer.find("\"1.0\""), 5, "\"2.0\"");
  write(folder.at("newer.json"), newer);
  check_end(gate({folder.at("newer.json"), "--max", good}), 2, {"newer.json: /schema_version", "newer"});
  Report other = report_of(12);
  other.model.path = "/models/other.pt";
  other.model.sha256 = std::string(64, 'b');
  write(folder.at("other.json"), write_report(other));
  check_end(gate({report, "--max", good, "--baseline", folder.at("other.json")}), 2,
            {"another model", "other.json: /model", "try: "});
}

TEST_CASE("a baseline from another machine is inconclusive, and the differences are named") {
  const Folder folder;
  Report elsewhere = report_of(12);
  elsewhere.machine.fingerprint = "fedcba9876543210";
  elsewhere.machine.cpu.model_name = "another CPU";
  write(folder.at("elsewhere.json"), write_report(elsewhere));
  const Ended ended =
      gate({folder.at("report.json"), "--baseline", folder.at("elsewhere.json"), "--max-regression", "10%"});
  CHECK(ended.exit_code == 4);
  CHECK(ended.out.find("another CPU") != std::string::npos);
}

TEST_CASE("files are written beside the table, and exports need no budget") {
  const Folder folder;
  const std::string report = folder.at("report.json");
  const Ended ended = gate({report, "--max", "memory.peak_rss=2GiB", "-o", folder.at("verdict.json"), "--junit",
                            folder.at("junit.xml"), "--markdown", folder.at("summary.md")});
  CHECK(ended.exit_code == 0);
  CHECK(ended.out.starts_with("pass: "));
  CHECK(content_of(folder.at("verdict.json")).find("\"schema\": \"mlplan.verdict\"") != std::string::npos);
  CHECK(content_of(folder.at("junit.xml")).starts_with("<?xml"));
  CHECK(content_of(folder.at("summary.md")).starts_with("### "));

  for (const char* format : {"bmf", "google-benchmark", "csv"}) {
    CAPTURE(format);
    const Ended exported = gate({report, "--format", format});
    CHECK(exported.exit_code == 0);
    CHECK(exported.out.find("time") != std::string::npos);
    check_end(gate({report, "--format", format, "--junit", folder.at("none.xml")}), 2, {"no budget"});
  }
  check_end(gate({report, "--format", "github-action-benchmark"}), 2, {"two files", "try: -o"});
  CHECK(gate({report, "--format", "github-action-benchmark", "-o", folder.at("metrics")}).exit_code == 0);
  CHECK(content_of(folder.at("metrics-smaller-is-better.json")).starts_with('['));
}

TEST_CASE("a budget file made of a report lets that report pass") {
  const Folder folder;
  CHECK(gate({"--init", folder.at("report.json"), "-o", folder.at("mlplan.toml")}).exit_code == 0);
  const Ended ended = gate({folder.at("report.json"), "--budget", folder.at("mlplan.toml")});
  CHECK_MESSAGE(ended.exit_code == 0, ended.out << ended.err);
  check_end(gate({"--init", folder.at("few.json"), "-o", "-"}), 3, {"samples", "try: "});
}

}  // namespace mlplan::tests
