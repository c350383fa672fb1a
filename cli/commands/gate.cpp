// mlplan gate: a report and budgets to pass, fail or inconclusive.
#include <fmt/format.h>

#include <filesystem>

#include "cli/commands/commands.h"
#include "cli/commands/gate_bench.h"
#include "cli/commands/gate_flags.h"
#include "cli/commands/report_file.h"
#include "cli/output.h"
#include "cli/views/budget_file.h"
#include "cli/views/gate_view.h"
#include "cli/views/metrics.h"
#include "cli/views/verdict_github.h"
#include "cli/views/verdict_junit.h"
#include "cli/views/verdict_markdown.h"
#include "gate/judge.h"
#include "profiles/support/atomic_file.h"

namespace mlplan::cli {
namespace {

// Nothing where no path was given.
Result<std::optional<Report>> open_any(const std::string& path) {
  if (path.empty()) return std::optional<Report>();
  Result<Report> report = open_report(path);
  if (!report) return fail(report.error());
  return *std::move(report);
}

// To the file, or to standard output where there is none.
Status write_to(const std::string& path, const std::string& text) {
  return path.empty() || path == "-" ? write_answer(text) : write_file(path, text);
}

Result<int> write_budget_file(const GateRequest& request, const Report& report) {
  const std::string path = request.output.empty() ? kBudgetFile : request.output;
  std::error_code ignored;
  if (request.output.empty() && std::filesystem::exists(path, ignored)) {
    return fail(ErrorKind::usage, fmt::format("there is a {} already", path), "--init",
                "-o FILE for another one, -o - to look at it first");
  }
  const Result<std::string> text = budget_file(report, request.files.front());
  if (!text) return fail(text.error());
  if (Status status = write_to(path, *text); !status) return fail(status.error());
  if (path != "-") {
    const std::string next = fmt::format("wrote {}; mlplan gate {} --budget {}\n", path, request.files.front(), path);
    if (Status status = write_answer(next); !status) return fail(status.error());
  }
  return 0;
}

int exit_code_of(const Verdict& verdict, const std::string& inconclusive) {
  if (verdict.outcome == "pass") return 0;
  if (verdict.outcome == "fail" || inconclusive == "fail") return 1;
  return inconclusive == "pass" ? 0 : exit_code(ErrorKind::inconclusive);
}

std::string table_of(const Verdict& verdict, const GateRequest& request, const Style& answer) {
  Style style = answer;
  style.verbose = request.verbose;
  return request.quiet ? verdict_line(verdict, style) : gate_view(verdict, style);
}

std::string verdict_as(const std::string& format, const Verdict& verdict, const GateRequest& request) {
  if (format == "markdown") return verdict_markdown(verdict);
  if (format == "junit") return verdict_junit(verdict, request.inconclusive);
  if (format == "github") return verdict_github(verdict);
  return write_verdict(verdict);
}

std::string report_as(const std::string& format, const Report& report) {
  if (format == "bmf") return bencher_metrics(report);
  if (format == "google-benchmark") return google_benchmark_json(report);
  return metrics_csv(report);
}

// The action refuses an empty list, so a direction without figures has no file.
Status write_directions(const std::string& prefix, const Report& report) {
  const DirectedMetrics metrics = github_action_metrics(report);
  if (!metrics.smaller_is_better.empty()) {
    if (Status status = write_file(prefix + "-smaller-is-better.json", metrics.smaller_is_better); !status)
      return status;
  }
  if (metrics.bigger_is_better.empty()) return {};
  return write_file(prefix + "-bigger-is-better.json", metrics.bigger_is_better);
}

// All that is written of a report: to files first, so that an answer on standard output means that they are there.
// verdict: null where there is no budget, which only a format of the report itself can do without.
Status write_all(const GateRequest& request, const Report& report, const Verdict* verdict, const Style& style) {
  if (verdict != nullptr && !request.junit.empty()) {
    if (Status status = write_file(request.junit, verdict_as("junit", *verdict, request)); !status) return status;
  }
  if (verdict != nullptr && !request.markdown.empty()) {
    if (Status status = write_file(request.markdown, verdict_as("markdown", *verdict, request)); !status) return status;
  }
  const bool as_table = request.format == "table" && request.output.empty();
  const bool to_file = is_file(request.output);
  const std::string table = verdict != nullptr ? table_of(*verdict, request, style) : "";
  if (as_table) return write_answer(table);
  if (request.format == "github-action-benchmark") {
    if (Status status = write_directions(request.output, report); !status) return status;
    return write_answer(table);
  }
  const std::string text =
      is_export(request.format) ? report_as(request.format, report) : verdict_as(request.format, *verdict, request);
  if (to_file) {
    if (Status status = write_file(request.output, text); !status) return status;
    return write_answer(table);
  }
  // Annotations are read out of the log, which people read as well.
  return write_answer(request.format == "github" ? table + text : text);
}

// Before minutes of measuring.
Status check_outputs(const GateRequest& request) {
  std::string output = request.output;
  if (request.format == "github-action-benchmark") output += "-smaller-is-better.json";
  for (const std::string& path : {output, request.junit, request.markdown, request.report_output}) {
    if (Status status = check_output_file(path); !status) return status;
  }
  return {};
}

Result<GatedReports> stored(const GateRequest& request) {
  GatedReports out;
  Result<Report> report = open_report(request.files.front());
  if (!report) return fail(report.error());
  out.report = *std::move(report);
  Result<std::optional<Report>> baseline = open_any(request.baseline);
  if (!baseline) return fail(baseline.error());
  out.baseline = *std::move(baseline);
  Result<std::optional<Report>> confirmation = open_any(request.confirmation);
  if (!confirmation) return fail(confirmation.error());
  out.confirmation = *std::move(confirmation);
  return out;
}

Result<GatedReports> measured(const GateRequest& request, const Context& context) {
  Result<std::optional<Report>> baseline = open_any(request.baseline);
  if (!baseline) return fail(baseline.error());
  const gate::NamedReport named{*baseline ? &**baseline : nullptr, request.baseline};
  Result<GatedReports> out =
      measure_for_gate(request.files, request.options, request.budget, named, request.quiet, context);
  if (out && *baseline) out->baseline = **std::move(baseline);
  return out;
}

}  // namespace

Result<int> run_gate(const std::vector<std::string>& arguments, const Context& context) {
  const Result<GateRequest> request = parse_gate_flags(arguments, context.environment, context.answer);
  if (!request) return fail(request.error());
  if (!request->help.empty()) {
    if (Status status = write_answer(request->help); !status) return fail(status.error());
    return 0;
  }
  if (request->init) {
    const Result<Report> report = open_report(request->files.front());
    if (!report) return fail(report.error());
    return write_budget_file(*request, *report);
  }
  if (Status status = check_outputs(*request); !status) return fail(status.error());
  Result<GatedReports> reports = request->measure ? measured(*request, context) : stored(*request);
  if (!reports) return fail(reports.error());
  if (!request->report_output.empty()) {
    if (Status status = write_file(request->report_output, write_report(reports->report)); !status)
      return fail(status.error());
  }

  const bool wants_verdict = !is_export(request->format) || !request->junit.empty() || !request->markdown.empty();
  if (!wants_verdict && request->budget.clauses.empty() && !request->budget.max_regression) {
    if (Status status = write_all(*request, reports->report, nullptr, context.answer); !status)
      return fail(status.error());
    return 0;
  }
  const auto named = [](const std::optional<Report>& read, const std::string& path) {
    return gate::NamedReport{read ? &*read : nullptr, path};
  };
  const bool in_turns = request->measure && request->files.size() > 1;
  Result<Verdict> verdict = gate::judge(
      {.report = {&reports->report, request->files.back()},
       .baseline = named(reports->baseline, in_turns ? request->files.front() : request->baseline),
       .confirmation = named(reports->confirmation, request->measure ? "measured again" : request->confirmation),
       .budget = request->budget,
       .looks = request->measure ? kGateLooks : 1});
  if (!verdict) return fail(verdict.error());
  verdict->version = MLPLAN_VERSION;
  verdict->argv = context.argv;
  if (Status status = write_all(*request, reports->report, &*verdict, context.answer); !status)
    return fail(status.error());
  return exit_code_of(*verdict, request->inconclusive);
}

}  // namespace mlplan::cli
