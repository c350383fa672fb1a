// A simulation on a terminal: what was played, the verdicts, figures with their intervals, and the timeline of the
// first replication.
#pragma once

#include <string>

#include "cli/views/text.h"
#include "profiles/simulation.h"

namespace mlplan::cli {

// `written_to`: the file that holds it all; empty: none.
std::string simulation_view(const Simulation& simulation, const std::string& written_to, const Style& style);

}  // namespace mlplan::cli
