#include "cli/commands/simulate_documents.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cli/commands/report_file.h"
#include "profiles/support/atomic_file.h"
#include "profiles/support/json_text.h"

namespace mlplan::cli {
namespace {

Status take(Result<Report> report, const std::string& path, SimulateDocuments& documents) {
  if (!report) return fail(report.error());
  documents.report = *std::move(report);
  documents.report_path = path;
  return {};
}

Status open_report_of_plan(const std::string& report, SimulateDocuments& documents) {
  const Plan& plan = *documents.plan;
  const std::string& named = plan.recommendation->report;
  const std::string path = report.empty() ? named : report;
  if (std::error_code ignored; report.empty() && !std::filesystem::exists(path, ignored)) {
    return fail(ErrorKind::bad_input, fmt::format("the report that {} rests on is not there", documents.plan_path),
                path, fmt::format("--report FILE, or run it where {} is", path));
  }
  if (Status status = take(open_report(path), path, documents); !status) return status;

  const auto planned = std::ranges::find(plan.reports, named, &PlannedReport::path);
  if (planned == plan.reports.end()) {
    return fail(ErrorKind::bad_input, fmt::format("does not say which model {} is of", named),
                documents.plan_path + ": /reports", "plan again with this mlplan");
  }
  if (planned->sha256 != documents.report->model.sha256) {
    return fail(ErrorKind::bad_input, fmt::format("is of another model than {}", documents.plan_path), path,
                fmt::format("--report with one of {}, or plan again: mlplan plan {}", planned->model, path));
  }
  documents.same_machine = planned->fingerprint == documents.report->machine.fingerprint;
  return {};
}

}  // namespace

Result<SimulateDocuments> open_documents(const std::string& document, const std::string& report_of_plan) {
  SimulateDocuments documents;
  const auto needs_plan = [&] {
    return fail(ErrorKind::usage, "says where the report of a plan is, and there is no plan", "--report",
                "mlplan simulate PLAN.json --report FILE");
  };
  if (document.empty()) {
    if (!report_of_plan.empty()) return needs_plan();
    return documents;
  }
  const Result<std::string> text = read_file(document);
  if (!text) return fail(text.error());
  if (named_schema(*text) != kPlanSchema) {
    Result<Report> report = read_report(*text, document);
    if (Status status = take(std::move(report), document, documents); !status) return fail(status.error());
    if (!report_of_plan.empty()) return needs_plan();
    return documents;
  }
  Result<Plan> plan = read_plan(*text, document);
  if (!plan) return fail(plan.error());
  if (!plan->recommendation) {
    return fail(ErrorKind::bad_input, "the plan recommends nothing that could be played: " + plan->infeasible->because,
                document + ": /recommendation",
                "plan again with what is in the way changed, or play a report: mlplan simulate REPORT.json");
  }
  documents.plan = *std::move(plan);
  documents.plan_path = document;
  if (Status status = open_report_of_plan(report_of_plan, documents); !status) return fail(status.error());
  return documents;
}

}  // namespace mlplan::cli
