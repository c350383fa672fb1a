// The instance that a plan's document recommends, back from the document and the report it rests on: what it takes to
// serve and to start is what the planner simulated, at the times expected.
#pragma once

#include <string>

#include "planner/sizing/candidate.h"
#include "profiles/plan.h"
#include "profiles/report.h"

namespace mlplan::planner {

// ErrorKind::bad_input where the report has not what the deployment rests on; `where` is `source`, the report's file.
// Only what serving and starting take is known: type is null, memory, scale and error are at their defaults.
Result<Candidate> planned_candidate(const Deployment& deployment, const Report& report, const std::string& source);

}  // namespace mlplan::planner
