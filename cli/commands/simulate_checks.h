// What the flags of mlplan simulate come to beside its documents: what contradicts, or would be ignored in silence, is
// an error; what was not given is the plan's.
#pragma once

#include <map>
#include <string>

#include "cli/commands/simulate_documents.h"
#include "cli/commands/simulate_flags.h"
#include "planner/policies/presets.h"

namespace mlplan::cli {

struct SimulatedScaling {
  std::string policy;                      // a preset's name, or "mlplan": that of the plan
  planner::PresetOptions options;          // of a preset
  bool begins_as_given = true;             // with options.instances; else with what the plan's own scaling has then
  std::map<std::string, double> settings;  // what was given, by flag

  bool is_plans_own() const { return policy == "mlplan"; }
};

// Also fills in what the plan says of the request: how an instance is used, and objectives. ErrorKind::usage.
Result<SimulatedScaling> settle(SimulateRequest& request, const SimulateDocuments& documents);

// Whether the policy, failures or interruptions can ever start an instance.
bool starts_instances(const SimulateRequest& request, const SimulatedScaling& scaling);

}  // namespace mlplan::cli
