// Reports side by side for a terminal: what changed, and what differs in how they were made.
#pragma once

#include <string>

#include "cli/views/text.h"
#include "profiles/comparison.h"

namespace mlplan::cli {

std::string compare_view(const Comparison& comparison, const Style& style);
// A table for a job's summary or a comment.
std::string compare_markdown(const Comparison& comparison);

}  // namespace mlplan::cli
