#include "cli/commands/gate_bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <set>
#include <thread>

#include "bench/sha256.h"
#include "cli/commands/measuring.h"
#include "cli/output.h"
#include "cli/signals.h"
#include "gate/comparability.h"
#include "gate/headline.h"
#include "profiles/report_paths.h"
#include "profiles/support/units.h"

namespace mlplan::cli {
namespace {

using Clock = std::chrono::steady_clock;

// What there will be to judge, of a report that has nothing yet.
Result<std::vector<Measure>> measures_to_make(const Budget& budget, const Report& nothing) {
  if (budget.clauses.empty()) return gate::headline_to_make(nothing);
  std::vector<Measure> out;
  for (const BudgetClause& clause : budget.clauses) {
    Result<Measure> measure = find_measure(nothing, clause.path, clause.where);
    if (!measure) return fail(measure.error());
    out.push_back(*std::move(measure));
  }
  return out;
}

// Only parts that a clause is about, and of a steady row the sizes that clauses select it by.
void narrow(bench::Options& options, const Budget& budget, const std::vector<Measure>& wanted) {
  const auto any = [&](const char* part) {
    return std::ranges::any_of(wanted, [&](const Measure& measure) { return measure.at.front().name == part; });
  };
  options.cold_start = options.cold_start && any("cold_start");
  options.memory = options.memory && (any("memory") || any("quality"));
  options.quality = options.quality && any("quality");
  options.load = options.load && (any("steady") || any("load"));
  options.steady = options.steady && (any("steady") || any("throughput") || any("serving"));
  for (const auto& [key, sizes] : {std::pair{"batch", &options.batches}, std::pair{"threads", &options.threads},
                                   std::pair{"workers", &options.workers}}) {
    if (!sizes->empty() || any("throughput")) continue;
    std::set<std::int64_t> named;
    bool all = true;  // rows are selected by it
    for (const BudgetClause& clause : budget.clauses) {
      if (!clause.path.starts_with("steady")) continue;
      const std::string usual(usual_value("steady", key));  // meant where the path names none
      const std::string text = selected_by(clause.path, key).value_or(usual);
      std::int64_t size = 0;
      const bool selects = std::from_chars(text.data(), text.data() + text.size(), size).ec == std::errc();
      all = all && selects;
      if (selects) named.insert(size);
    }
    if (all) sizes->assign(named.begin(), named.end());
  }
}

// Reports of a run that was carried through.
Result<std::vector<Report>> carried_through(Result<std::vector<bench::Outcome>> outcomes) {
  if (!outcomes) return fail(outcomes.error());
  std::vector<Report> reports;
  for (bench::Outcome& outcome : *outcomes) {
    if (outcome.failure) return fail(*outcome.failure);
    if (outcome.report.mlplan.stop == "interrupted")
      return fail(ErrorKind::interrupted, "interrupted before the budget was decided");
    reports.push_back(std::move(outcome.report));
  }
  return reports;
}

// So that an hour of measuring does not end at a baseline of another model.
Status check_baseline(const std::string& model, const gate::NamedReport& stored) {
  Report stub;
  stub.model.path = model;
  stub.model.sha256 = bench::sha256_of_file(model).value_or("");
  stub.model.inputs = stored.report->model.inputs;
  return gate::check_same_model(stub, *stored.report, stored.path);
}

Status wait_until(Clock::time_point moment, bool quiet) {
  const std::chrono::nanoseconds left = moment - Clock::now();
  if (left.count() > 0 && !quiet) {
    say(fmt::format("something got worse than the baseline: measuring again in {}\n",
                    format_duration(static_cast<double>(left.count()))));
  }
  while (Clock::now() < moment) {
    if (interrupted()) return fail(ErrorKind::interrupted, "interrupted before the confirming run");
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return {};
}

}  // namespace

Result<GatedReports> measure_for_gate(const std::vector<std::string>& models, bench::Options options,
                                      const Budget& budget, const gate::NamedReport& stored, bool quiet,
                                      const Context& context) {
  const Report nothing;
  const Result<std::vector<Measure>> to_make = measures_to_make(budget, nothing);
  if (!to_make) return fail(to_make.error());
  narrow(options, budget, *to_make);
  if (stored.report != nullptr) {
    if (Status status = check_baseline(models.front(), stored); !status) return fail(status.error());
  }
  const bool in_turns = models.size() > 1;
  const auto question_of = [&](const Report& report, const Report& first) {
    return gate::GateQuestion{.report = {&report, models.back()},
                              .baseline = in_turns ? gate::NamedReport{&first, models.front()} : stored,
                              .budget = budget,
                              .looks = kGateLooks};
  };
  // Clauses that are still open; where `only` has any, of those alone.
  std::set<std::string> only;
  const bench::Look open_clauses = [&](const std::vector<Report>& so_far) {
    std::vector<Measure> wanted = *to_make;
    if (!so_far.front().model.path.empty()) {
      const gate::GateQuestion question = question_of(so_far.back(), so_far.front());
      const Result<Verdict> verdict = gate::judge(question);
      wanted = verdict ? gate::undecided(question, *verdict) : std::vector<Measure>{};
    }
    std::erase_if(wanted, [&](const Measure& each) { return !only.empty() && !only.contains(each.path); });
    return wanted;
  };
  const auto measure = [&] { return carried_through(measure_in_turns(models, options, open_clauses, quiet, context)); };

  const auto began = Clock::now();
  Result<std::vector<Report>> reports = measure();
  if (!reports) return fail(reports.error());
  GatedReports out{.report = std::move(reports->back())};
  if (in_turns) out.baseline = std::move(reports->front());
  if (stored.report == nullptr) return out;

  const Result<Verdict> verdict = gate::judge(question_of(out.report, out.report));
  if (!verdict) return fail(verdict.error());
  for (const ClauseVerdict& clause : verdict->clauses) {
    if (clause.pending == "confirmation") only.insert(clause.path);
  }
  if (only.empty()) return out;
  if (Status status = wait_until(began + gate::kConfirmAfter + std::chrono::seconds(1), quiet); !status)
    return fail(status.error());
  Result<std::vector<Report>> again = measure();
  if (!again) return fail(again.error());
  out.confirmation = std::move(again->back());
  return out;
}

}  // namespace mlplan::cli
