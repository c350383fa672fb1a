#include "gate/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gate/bounds.h"
#include "gate/clause.h"
#include "gate/comparability.h"
#include "gate/headline.h"
#include "gate/machine_speed.h"
#include "gate/regression.h"
#include "profiles/report_paths.h"

namespace mlplan::gate {
namespace {

const char* pending_name(Pending pending) {
  switch (pending) {
    case Pending::samples: return "samples";
    case Pending::confirmation: return "confirmation";
    case Pending::baseline: return "baseline";
    case Pending::quiet: break;
  }
  return "quiet";
}

ClauseVerdict written(const Measure& measure, const char* kind, double limit, double confidence,
                      const std::string& where) {
  ClauseVerdict out;
  out.path = measure.path;
  out.label = measure.label;
  out.unit = unit_name(measure.unit);
  out.kind = kind;
  out.limit = limit;
  out.value = finite(figure_of(measure));
  const Bounds bounds = bounds_of(measure, confidence);
  out.low = bounds.low;
  out.high = bounds.high;
  out.n = count_of(measure);
  out.confidence = confidence;
  out.where = where;
  return out;
}

void take(ClauseVerdict& out, const Judgement& judgement) {
  out.outcome = outcome_name(judgement.outcome);
  out.reason = judgement.reason;
  out.samples_needed = judgement.samples_needed;
  if (judgement.outcome == Outcome::inconclusive) out.pending = pending_name(judgement.pending);
}

class Judge {
 public:
  explicit Judge(const GateQuestion& question)
      : question_(question),
        report_(*question.report.report),
        baseline_(question.baseline.report),
        confidence_(1 - (1 - kConfidence) / question.looks) {}

  Result<Verdict> all() {
    if (Status status = check_reports(); !status) return fail(status.error());
    verdict_.report = described(question_.report);
    if (baseline_ != nullptr) {
      verdict_.baseline = described(question_.baseline);
      verdict_.differences = differences(report_, *baseline_);
      interleaved_ = same_session(report_, *baseline_);
      slowdown_ = machine_slowdown(report_, *baseline_);
    }
    if (question_.confirmation.report != nullptr) verdict_.confirmation = described(question_.confirmation);
    for (const BudgetClause& clause : question_.budget.clauses) {
      if (Status status = judge_clause(clause); !status) return fail(status.error());
    }
    if (question_.budget.clauses.empty() && question_.budget.max_regression && baseline_ != nullptr) {
      for (const Measure& measure : headline_measures(report_))
        judge_regression_of(measure, *question_.budget.max_regression, "--max-regression");
    }
    if (verdict_.clauses.empty()) {
      return fail(ErrorKind::usage, "there is no budget to judge by", "",
                  "--max cold_start.time_to_first_result=5s, --budget FILE, or mlplan gate --init REPORT for a file");
    }
    return overall();
  }

 private:
  Status check_reports() const {
    if (baseline_ == nullptr) {
      if (question_.confirmation.report == nullptr) return {};
      return fail(ErrorKind::usage, "there is no baseline that a regression could be confirmed against", "--confirm",
                  "--baseline FILE");
    }
    if (Status status = check_same_model(report_, *baseline_, question_.baseline.path); !status) return status;
    if (question_.confirmation.report == nullptr) return {};
    return check_confirmation(report_, *question_.confirmation.report, question_.confirmation.path);
  }

  Status judge_clause(const BudgetClause& clause) {
    const Result<Measure> measure = find_measure(report_, clause.path, clause.where);
    if (!measure) return fail(measure.error());
    std::optional<BudgetLimit> max = clause.max;
    std::optional<BudgetLimit> min = clause.min;
    if (clause.natural) {
      std::optional<BudgetLimit>& side = measure->lower_is_better ? max : min;
      if (!side) side = clause.natural;
    }
    if (max) {
      if (Status status = judge_limit(*measure, *max, true); !status) return status;
    }
    if (min) {
      if (Status status = judge_limit(*measure, *min, false); !status) return status;
    }
    // The budget's own regression is about what varies; of exact numbers only where it is said.
    const bool by_default = question_.budget.max_regression && measure->sampling != Sampling::exact;
    if (clause.max_regression || by_default)
      judge_regression_of(*measure, clause.max_regression.value_or(question_.budget.max_regression.value_or(0)),
                          clause.where);
    return {};
  }

  Status judge_limit(const Measure& measure, const BudgetLimit& text, bool at_most) {
    const Result<double> limit = parse_limit(text, measure);
    if (!limit) return fail(limit.error());
    Judgement judgement =
        at_most ? judge_at_most(measure, *limit, confidence_) : judge_at_least(measure, *limit, confidence_);
    const bool slowed =
        judgement.outcome == Outcome::fail && at_most == measure.lower_is_better && depends_on_speed(measure);
    if (const std::string why = pressure(report_); slowed && !why.empty()) take_back(judgement, why);
    take_back_failed_run(judgement);
    ClauseVerdict& out =
        verdict_.clauses.emplace_back(written(measure, at_most ? "max" : "min", *limit, confidence_, text.where));
    take(out, judgement);
    return {};
  }

  void judge_regression_of(const Measure& measure, double allowed, const std::string& where) {
    ClauseVerdict& out = verdict_.clauses.emplace_back(written(measure, "regression", allowed, confidence_, where));
    if (baseline_ == nullptr) {
      take(out, {.reason = "no baseline was given: --baseline FILE", .pending = Pending::baseline});
      return;
    }
    const Result<Measure> before = find_measure(*baseline_, measure.path, question_.baseline.path);
    if (!before) {
      take(out, {.reason = "in the baseline: " + before.error().message});
      return;
    }
    // A path may leave out what tells no rows of its report apart, and may then mean another row in each.
    const bool of_a_row = measure.path != "throughput" && measure.made() && before->made();
    if (of_a_row && identity(measure) != identity(*before)) {
      take(out,
           {.reason = fmt::format("the baseline has another row: {}", before->label), .pending = Pending::baseline});
      return;
    }
    RegressionJudgement found = interleaved_ ? judge_regression(measure, *before, allowed, confidence_,
                                                                pairing_of(measure, report_, *baseline_))
                                             : judge_apart(measure, *before, allowed, confidence_, slowdown_);
    out.relative = found.figures;
    Judgement& judgement = found.judgement;
    if (measure.sampling != Sampling::exact) {
      if (!verdict_.differences.empty())
        take_back(judgement, fmt::format("the machines differ ({})", verdict_.differences.front().what));
      if (judgement.outcome == Outcome::fail) confirm(measure, *before, allowed, judgement);
      if (!interleaved_ && depends_on_speed(measure)) take_back_pressed(judgement);
    }
    take_back_failed_run(judgement);
    take(out, judgement);
  }

  // A baseline that was measured at another time fails nothing alone.
  void confirm(const Measure& measure, const Measure& before, double allowed, Judgement& judgement) const {
    if (interleaved_) return;
    if (question_.confirmation.report == nullptr) {
      take_back(judgement, "a second run, some minutes later, has to confirm it: --confirm FILE",
                Pending::confirmation);
      return;
    }
    const Report& second = *question_.confirmation.report;
    const Result<Measure> again = find_measure(second, measure.path, question_.confirmation.path);
    if (!again || !differences(second, *baseline_).empty()) {
      take_back(judgement, "the confirming run cannot be compared");
      return;
    }
    const RegressionJudgement confirmed =
        judge_apart(*again, before, allowed, confidence_, machine_slowdown(second, *baseline_));
    if (confirmed.judgement.outcome == Outcome::fail && pressure(second).empty()) {
      judgement.reason += "; confirmed: " + confirmed.judgement.reason;
    } else {
      take_back(judgement, "the confirming run does not agree: " + confirmed.judgement.reason);
    }
  }

  // Slower than it is: the one that fails; faster than it was: the one that passes.
  void take_back_pressed(Judgement& judgement) const {
    const std::string now = pressure(report_);
    const std::string then = pressure(*baseline_);
    if (judgement.outcome == Outcome::fail && !now.empty()) take_back(judgement, now);
    if (judgement.outcome == Outcome::pass && !then.empty()) take_back(judgement, "in the baseline " + then);
  }

  void take_back_failed_run(Judgement& judgement) const {
    if (judgement.outcome == Outcome::pass && report_.mlplan.stop == "failed")
      take_back(judgement, "the run failed: " + report_.mlplan.failure);
  }

  static void take_back(Judgement& judgement, const std::string& why, Pending pending = Pending::quiet) {
    if (judgement.outcome == Outcome::inconclusive) return;
    judgement = {.reason = fmt::format("{}, but {}", judgement.reason, why), .pending = pending};
  }

  Verdict overall() {
    Outcome outcome = Outcome::pass;
    for (const ClauseVerdict& clause : verdict_.clauses) {
      for (const Outcome each : {Outcome::fail, Outcome::inconclusive}) {
        if (clause.outcome == outcome_name(each)) outcome = worse_of(outcome, each);
      }
    }
    verdict_.outcome = outcome_name(outcome);
    return std::move(verdict_);
  }

  const GateQuestion& question_;
  const Report& report_;
  const Report* baseline_;
  const double confidence_;
  bool interleaved_ = false;
  std::optional<double> slowdown_ = {};  // of the machine since the baseline
  Verdict verdict_;
};

}  // namespace

Result<Verdict> judge(const GateQuestion& question) { return Judge(question).all(); }

JudgedReport described(const NamedReport& named) {
  const Report& report = *named.report;
  return {
      named.path,          report.model.path, report.model.sha256, report.mlplan.started_at, report.machine.fingerprint,
      report.machine.grade};
}

std::vector<Measure> undecided(const GateQuestion& question, const Verdict& verdict) {
  std::vector<Measure> out;
  for (const ClauseVerdict& clause : verdict.clauses) {
    if (clause.pending != pending_name(Pending::samples)) continue;
    Result<Measure> measure = find_measure(*question.report.report, clause.path, clause.where);
    if (measure) out.push_back(*std::move(measure));
  }
  return out;
}

bool needs_confirmation(const Verdict& verdict) {
  return std::ranges::any_of(verdict.clauses, [](const ClauseVerdict& clause) {
    return clause.pending == pending_name(Pending::confirmation);
  });
}

}  // namespace mlplan::gate
