// The documents that mlplan simulate and verify play from: a report of mlplan bench, or a plan and the report it rests on.
#pragma once

#include <optional>
#include <string>

#include "profiles/plan.h"
#include "profiles/report.h"

namespace mlplan::cli {

struct SimulateDocuments {
  std::optional<Report> report = {};
  std::string report_path = {};
  std::optional<Plan> plan = {};  // with a recommendation; there is a report then, of the same model
  std::string plan_path = {};
  bool same_machine = true;  // the report's and the one that the plan was made from

  const Deployment* planned() const { return plan ? &*plan->recommendation : nullptr; }
};

// `document`: path of a report or a plan, told apart by their "schema", or empty; `report`: of the one that a plan rests
// on, or empty: where the plan says. ErrorKind::bad_input: a plan that is infeasible, whose report is not there, or is
// of another model; ErrorKind::usage: a report without a plan.
Result<SimulateDocuments> open_documents(const std::string& document, const std::string& report);

}  // namespace mlplan::cli
