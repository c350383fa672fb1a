// --profile of `mlplan plan`: which machine a profile of `mlplan probe` is of.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "planner/sizing/plan_question.h"
#include "profiles/support/result.h"

namespace mlplan::cli {

// Each of `named` is FILE, of a machine that a report was measured on, or TYPE=FILE, of an instance type of the
// question's catalog. Profiles of the first kind are kept in `of_reports`, which the question then points into. Errors:
// usage for an unknown type and where one kind is missing, bad_input for a profile of another machine.
Status match_profiles(const std::vector<std::string>& named, std::deque<MachineProfile>& of_reports,
                      planner::PlanQuestion& question);

// The instance type of that name; usage, naming `flag`, with the nearest one where there is none.
Result<const InstanceType*> type_named(const std::string& name, const Catalog& catalog, const std::string& flag);

}  // namespace mlplan::cli
