// mlplan gate: a report and budgets to pass, fail or inconclusive.
#include <fmt/format.h>

#include <filesystem>

#include "cli/commands/commands.h"
#include "cli/commands/gate_flags.h"
#include "cli/output.h"
#include "cli/views/budget_file.h"
#include "cli/views/gate_view.h"
#include "gate/judge.h"
#include "profiles/support/atomic_file.h"

namespace mlplan::cli {
namespace {

Result<std::optional<Report>> open_report(const std::string& path) {
  if (path.empty()) return std::optional<Report>();
  const Result<std::string> text = read_file(path);
  if (!text) return fail(text.error());
  Result<Report> report = read_report(*text, path);
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
  const Result<std::string> text = budget_file(report, request.report);
  if (!text) return fail(text.error());
  if (Status status = write_to(path, *text); !status) return fail(status.error());
  if (path != "-") {
    const std::string next = fmt::format("wrote {}; mlplan gate {} --budget {}\n", path, request.report, path);
    if (Status status = write_answer(next); !status) return fail(status.error());
  }
  return 0;
}

int exit_code_of(const Verdict& verdict, const std::string& inconclusive) {
  if (verdict.outcome == "pass") return 0;
  if (verdict.outcome == "fail" || inconclusive == "fail") return 1;
  return inconclusive == "pass" ? 0 : exit_code(ErrorKind::inconclusive);
}

}  // namespace

Result<int> run_gate(const std::vector<std::string>& arguments, const Context& context) {
  const Result<GateRequest> request = parse_gate_flags(arguments, context.answer);
  if (!request) return fail(request.error());
  if (!request->help.empty()) {
    if (Status status = write_answer(request->help); !status) return fail(status.error());
    return 0;
  }
  const Result<std::optional<Report>> report = open_report(request->report);
  if (!report) return fail(report.error());
  if (request->init) return write_budget_file(*request, **report);
  const Result<std::optional<Report>> baseline = open_report(request->baseline);
  if (!baseline) return fail(baseline.error());
  const Result<std::optional<Report>> confirmation = open_report(request->confirmation);
  if (!confirmation) return fail(confirmation.error());

  const auto named = [](const std::optional<Report>& read, const std::string& path) {
    return gate::NamedReport{read ? &*read : nullptr, path};
  };
  Result<Verdict> verdict = gate::judge({.report = named(*report, request->report),
                                         .baseline = named(*baseline, request->baseline),
                                         .confirmation = named(*confirmation, request->confirmation),
                                         .budget = request->budget});
  if (!verdict) return fail(verdict.error());
  verdict->version = MLPLAN_VERSION;
  verdict->argv = context.argv;

  Style style = context.answer;
  style.verbose = request->verbose;
  const std::string table = request->quiet ? verdict_line(*verdict, style) : gate_view(*verdict, style);
  const bool to_file = !request->output.empty() && request->output != "-";
  const bool as_document = request->format == "json" || request->output == "-";
  const std::string document = to_file || as_document ? write_verdict(*verdict) : "";
  if (to_file) {
    if (Status status = write_file(request->output, document); !status) return fail(status.error());
  }
  if (Status status = write_answer(as_document && !to_file ? document : table); !status) return fail(status.error());
  return exit_code_of(*verdict, request->inconclusive);
}

}  // namespace mlplan::cli
