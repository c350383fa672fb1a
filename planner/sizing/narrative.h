// The sentences of a plan: the recommendation in one paragraph, what was taken for granted, how sure the figures are
// and what would make them surer, and warnings.
#pragma once

#include "planner/sizing/deployment.h"
#include "planner/sizing/solution.h"
#include "profiles/plan.h"

namespace mlplan::planner {

// "Buy 3 c7a.large ...": of a plan with a recommendation, or why there is none.
std::string summary_of(const Plan& plan);

std::vector<std::string> assumptions_of(const PlanQuestion& question, const Demand& demand);
std::vector<std::string> confidence_notes_of(const Solution& solution, const PlanQuestion& question);
std::vector<Warning> warnings_of(const Solution& solution, const PlanQuestion& question, const Demand& demand);
std::vector<SimulatedWindow> windows_said(const std::vector<Window>& windows);
std::string why_windows_suffice(const Solution& solution, const Demand& demand);

}  // namespace mlplan::planner
