// One deployment on a terminal: what to buy and how to run it, what to expect of it, and why it is as large as it
// is. Each ends its lines and is empty when there is nothing to say.
#pragma once

#include <string>

#include "cli/views/text.h"
#include "profiles/plan.h"

namespace mlplan::cli {

// "3 x c7i.large"
std::string bought_name(const Deployment& deployment);
// The quantile by which deployments are compared: the highest of the objectives, else p99.
double compared_quantile(const Slo& slo);
// ns; NaN where it was not predicted.
double predicted_response_ns(const Deployment& deployment, double quantile);

std::string what_to_buy(const Deployment& deployment, const Style& style);
std::string expectations(const Deployment& deployment, const Plan& plan, const Style& style);
std::string headroom_view(const Deployment& deployment, const Style& style);

}  // namespace mlplan::cli
