// mlplan's own policy as a plan's document has it, there and back: what the planner chose is what a simulation or a
// real pool of the plan runs.
//
// A document has no rates of the day that was planned for, only the count of each hour. The forecast is then the
// highest rate that count serves: the policy orders by counts, so it orders the same for a forecast that is constant
// within hours, as that of a stated day is.
#pragma once

#include <map>
#include <string>

#include "planner/policies/follow.h"
#include "profiles/plan.h"
#include "profiles/support/result.h"

namespace mlplan::planner {

// Everything but the table of rates and the forecast, for ScalingPlan::settings.
std::map<std::string, double> settings_of(const FollowSettings& settings);

// Of a deployment whose scaling is "live" or "scheduled"; spares for failures serve beside the policy's own. The
// forecast begins at midnight UTC. ErrorKind::bad_input; `where` begins with `source`, the plan's file.
Result<FollowSettings> follow_of_plan(const Deployment& deployment, const std::string& source);

}  // namespace mlplan::planner
