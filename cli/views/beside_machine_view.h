// What bench --machine puts beside its figures: the machine's limits and the share of each that was reached. Of the
// steady rows the short view shows the one that comes nearest.
#pragma once

#include <string>

#include "cli/views/text.h"
#include "profiles/report.h"

namespace mlplan::cli {

std::string beside_machine_view(const BesideMachine& beside, const Style& style);

}  // namespace mlplan::cli
