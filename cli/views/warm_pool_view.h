// The spares of a deployment on a terminal: how many and why, whether the traffic can show that they are enough, and
// what colder ways to keep one would take. Empty when there is nothing to say.
#pragma once

#include <string>

#include "cli/views/text.h"
#include "profiles/plan.h"

namespace mlplan::cli {

std::string warm_pool_view(const WarmPool& pool, const Slo& slo, const Style& style);

}  // namespace mlplan::cli
