// `make accuracy`: how often the gate is right. An unchanged model must not fail, a slowdown that was put into the
// worker's reader must be found, and the counts are printed. For a person to read: no test depends on them.
//
// GATES: of each kind (40). CASES: comma-separated of unchanged, stored, slower20, slower5 (all). Every second gate of
// an unchanged model runs beside a busy CPU.
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "bench/bench.h"
#include "bench/scratch_folder.h"
#include "gate/comparability.h"
#include "gate/judge.h"
#include "profiles/report_paths.h"
#include "profiles/support/units.h"
#include "profiles/support/worker_messages.h"
#include "tests/accuracy/value.h"

namespace mlplan::accuracy {
namespace {

constexpr double kAllowed = 0.1;  // max_regression of every clause
constexpr std::int64_t kFewSamples =
    25;  // of all cases but the unchanged in turns: a slowdown has to be found by these

// What is gated. Steady rows are left out: their visits would take most of the time, and their rule is stricter.
Budget budget() {
  Budget budget;
  for (const char* path : {"cold_start.warm.time_to_first_result", "memory.peak_rss"})
    budget.clauses.push_back({.path = path, .where = "accuracy", .max_regression = kAllowed});
  return budget;
}

std::vector<Measure> to_make() {
  static const Report nothing;
  std::vector<Measure> out;
  for (const BudgetClause& clause : budget().clauses) out.push_back(value(find_measure(nothing, clause.path, "")));
  return out;
}

// As much of one CPU as the scheduler gives.
class BusyCpu {
 public:
  explicit BusyCpu(bool busy) {
    if (busy)
      thread_ = std::jthread([](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
        }
      });
  }

 private:
  std::jthread thread_;
};

struct Counts {
  std::map<std::string, int> outcomes;
  std::map<std::string, int> failed;  // clauses by path
  std::vector<std::string> unclear;   // path and reason
  std::int64_t most_samples = 0;
  double seconds = 0;

  void add(const Verdict& verdict) {
    ++outcomes[verdict.outcome];
    for (const ClauseVerdict& clause : verdict.clauses) {
      if (clause.outcome == "fail") ++failed[clause.path];
      if (clause.outcome == "inconclusive") unclear.push_back(clause.path + ": " + clause.reason);
      if (clause.path.starts_with("cold_start")) most_samples = std::max(most_samples, clause.n);
    }
  }
};

void print(const std::string& name, const Counts& counts) {
  const auto of = [&](const char* outcome) {
    const auto found = counts.outcomes.find(outcome);
    return found == counts.outcomes.end() ? 0 : found->second;
  };
  fmt::print("  {:<52} {:>5} {:>5} {:>8} {:>7} {:>8}\n", name, of("pass"), of("fail"), of("inconclusive"),
             counts.most_samples, format_duration(counts.seconds * 1e9));
  for (const auto& [path, n] : counts.failed) fmt::print("      failed {} times: {}\n", n, path);
  for (const std::string& why : counts.unclear) fmt::print("      unclear: {}\n", why);
  std::fflush(stdout);
}

// A case takes half an hour: what was counted by then is not lost when it is stopped.
void tell(const Counts& counts, int done, int of) {
  fmt::print(stderr, "  {} of {}:", done, of);
  for (const auto& [outcome, n] : counts.outcomes) fmt::print(stderr, " {} {}", n, outcome);
  fmt::print(stderr, "\n");
}

struct Setup {
  std::string model;
  bench::Options options = {};
  int gates = 40;
};

bench::Options variant(const Setup& setup, std::int64_t delay_ns, std::uint64_t seed) {
  bench::Options options = setup.options;
  options.model_path = setup.model;
  options.seed = seed;
  if (delay_ns > 0) options.environment[worker::kReadDelayVariable] = std::to_string(delay_ns);
  return options;
}

// Baseline and candidate in turns, until every clause is decided or the time is over.
Verdict gate_in_turns(const Setup& setup, std::int64_t delay_ns, std::uint64_t seed) {
  const std::vector<bench::Options> both = {variant(setup, 0, seed), variant(setup, delay_ns, seed)};
  gate::GateQuestion question;
  question.budget = budget();
  question.looks = static_cast<int>(bench::kLooks.size());
  const auto ask = [&](const Report& baseline, const Report& report) {
    question.baseline = {&baseline, "baseline"};
    question.report = {&report, "report"};
    return value(gate::judge(question));
  };
  bench::Hooks hooks;
  hooks.wanted = [&](const std::vector<Report>& so_far) {
    if (so_far[0].model.path.empty()) return to_make();
    return gate::undecided(question, ask(so_far[0], so_far[1]));
  };
  const std::vector<bench::Outcome> outcomes = value(bench::run_in_turns(both, hooks));
  return ask(outcomes[0].report, outcomes[1].report);
}

template <class Gate>
Counts repeat(const Setup& setup, bool half_busy, const Gate& gate) {
  Counts counts;
  const auto before = std::chrono::steady_clock::now();
  for (int i = 0; i < setup.gates; ++i) {
    const BusyCpu busy(half_busy && i % 2 == 1);
    counts.add(gate(static_cast<std::uint64_t>(i) + 1));
    tell(counts, i + 1, setup.gates);
  }
  counts.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count();
  return counts;
}

// Each report against the one before of its kind (every second one is made beside a busy CPU, and so was its baseline),
// and where that fails against a second one of its own, made two minutes later.
Counts against_stored(const Setup& setup) {
  const auto measure = [&](std::uint64_t seed) {
    const bench::Options options = variant(setup, 0, seed);
    bench::Hooks hooks;
    hooks.wanted = [&](const std::vector<Report>&) { return to_make(); };
    return value(bench::run_in_turns({{options}}, hooks)).front().report;
  };
  Counts counts;
  const auto before = std::chrono::steady_clock::now();
  std::array<Report, 2> baselines;
  for (const int kind : {0, 1}) {
    const BusyCpu busy(kind == 1);
    baselines[kind] = measure(static_cast<std::uint64_t>(kind) + 1);
  }
  for (int i = 0; i < setup.gates; ++i) {
    const BusyCpu busy(i % 2 == 1);
    Report& baseline = baselines[i % 2];
    Report report = measure(static_cast<std::uint64_t>(i) + 3);
    gate::GateQuestion question;
    question.report = {&report, "report"};
    question.baseline = {&baseline, "baseline"};
    question.budget = budget();
    Verdict verdict = value(gate::judge(question));
    if (gate::needs_confirmation(verdict)) {
      std::this_thread::sleep_for(gate::kConfirmAfter);
      const Report second = measure(1000 + static_cast<std::uint64_t>(i));
      question.confirmation = {&second, "second"};
      verdict = value(gate::judge(question));
    }
    counts.add(verdict);
    tell(counts, i + 1, setup.gates);
    for (const ClauseVerdict& clause : verdict.clauses) {
      if (clause.relative && clause.outcome != "pass") fmt::print(stderr, "    {}: {}\n", clause.path, clause.reason);
    }
    baseline = std::move(report);
  }
  counts.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count();
  return counts;
}

// Of the time to first result, warm: what a share of it is.
std::int64_t delay_of(const Setup& setup, double share) {
  bench::Options options = variant(setup, 0, 1);
  options.memory = options.steady = false;
  options.time_box = std::chrono::seconds(10);
  const Report report = value(bench::run(options, {})).report;
  return static_cast<std::int64_t>(share * find_state(report, "warm")->time_to_first_result.median);
}

int main_of() {
  const std::filesystem::path here = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  const bench::ScratchFolder scratch = value(bench::ScratchFolder::make());
  Setup setup{.model = scratch.path() + "/gated.pt"};
  setup.options.worker_path = here / "mlplan-worker";
  setup.options.steady = setup.options.quality = setup.options.memory = false;
  setup.options.max_samples = bench::kMostWantedSamples;
  setup.options.time_box = std::chrono::seconds(120);  // as `mlplan gate --bench A B` has it
  if (const char* gates = std::getenv("GATES"); gates != nullptr)
    std::from_chars(gates, gates + std::strlen(gates), setup.gates);
  const char* cases = std::getenv("CASES");
  const std::string wanted =
      fmt::format(",{},", cases != nullptr && *cases != '\0' ? cases : "unchanged,stored,slower20,slower5");
  const auto on = [&](const char* name) { return wanted.find(fmt::format(",{},", name)) != std::string::npos; };
  value(bench::write_sample("mlp", "25MB", setup.model, 1, setup.options).map([] { return 0; }));

  fmt::print("The gate, {} times each; budgets: max_regression = 10 % of time to first result and peak RSS\n\n",
             setup.gates);
  fmt::print("  {:<52} {:>5} {:>5} {:>8} {:>7} {:>8}\n", "", "pass", "fail", "unclear", "n, most", "time");
  if (on("unchanged"))
    print("unchanged, in turns, half beside a busy CPU",
          repeat(setup, true, [&](std::uint64_t seed) { return gate_in_turns(setup, 0, seed); }));
  setup.options.max_samples = kFewSamples;
  if (on("stored")) print("unchanged, against a stored report, half beside a busy CPU", against_stored(setup));
  for (const auto& [name, share] : {std::pair{"slower20", 0.2}, {"slower5", 0.05}}) {
    if (!on(name)) continue;

    const std::int64_t delay_ns = delay_of(setup, share);
    print(fmt::format("reading takes {} longer ({} of the start), in turns",
                      format_duration(static_cast<double>(delay_ns)), format_percentage(share)),
          repeat(setup, false, [&](std::uint64_t seed) { return gate_in_turns(setup, delay_ns, seed); }));
  }
  return 0;
}

}  // namespace
}  // namespace mlplan::accuracy

int main() { return mlplan::accuracy::main_of(); }
