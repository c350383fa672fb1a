// The memory ledger on a terminal: where memory stood at each barrier, what one more worker costs, and what a dimension
// adds.
#pragma once

#include <string>

#include "cli/views/text.h"
#include "profiles/report.h"

namespace mlplan::cli {

std::string memory_view(const MemoryReport& memory, const Style& style);  // empty when nothing was measured

}  // namespace mlplan::cli
