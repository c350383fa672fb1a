// Keep-alive rules on a terminal: what was replayed, a line for each rule, and which to take.
#pragma once

#include <string>

#include "cli/views/text.h"
#include "profiles/keep_alive.h"

namespace mlplan::cli {

// `written_to`: the file that holds it all; empty: none.
std::string keep_alive_view(const KeepAliveComparison& comparison, const std::string& written_to, const Style& style);

}  // namespace mlplan::cli
