// The profile of a machine on a terminal: each figure, the limit that it should reach, and the fraction reached.
#pragma once

#include <string>

#include "cli/views/text.h"
#include "profiles/machine_profile.h"

namespace mlplan::cli {

// `written_to`: the file that holds it all; empty: none.
std::string machine_view(const MachineProfile& profile, const std::string& written_to, const Style& style);

}  // namespace mlplan::cli
