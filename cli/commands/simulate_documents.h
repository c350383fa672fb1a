// The documents that mlplan simulate plays from: a report of mlplan bench, or a plan and the report it rests on.
#pragma once

#include <optional>
#include <string>

#include "cli/commands/simulate_flags.h"
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

// Told apart by their "schema". ErrorKind::bad_input: a plan that is infeasible, whose report is not there, or is of
// another model; ErrorKind::usage: --report without a plan.
Result<SimulateDocuments> open_documents(const SimulateRequest& request);

}  // namespace mlplan::cli
