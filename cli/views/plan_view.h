// A plan as a person reads it: what was asked, the answer, what it costs and keeps, why, what else there is, and how
// far all of it is to be trusted. One and a half screens; with -v nothing is left out.
#pragma once

#include <string>

#include "cli/views/text.h"
#include "profiles/plan.h"

namespace mlplan::cli {

std::string plan_view(const Plan& plan, const Style& style);

}  // namespace mlplan::cli
