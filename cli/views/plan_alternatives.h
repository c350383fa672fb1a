// What else could be bought, on a terminal: runners-up, what a cheaper or dearer deployment trades, and how the plan
// fares when something changes. Each ends its lines and is empty when there is nothing to say.
#pragma once

#include <string>

#include "cli/views/text.h"
#include "profiles/plan.h"

namespace mlplan::cli {

std::string runners_up_view(const Plan& plan, const Style& style);
std::string trade_offs_view(const Plan& plan, const Style& style);
std::string what_if_view(const Plan& plan, const Style& style);

}  // namespace mlplan::cli
