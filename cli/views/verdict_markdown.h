// A verdict as GitHub-flavoured Markdown, for a job summary or a comment: the outcome, a table of all clauses, and why
// of each that did not pass.
#pragma once

#include <string>

#include "profiles/verdict.h"

namespace mlplan::cli {

std::string verdict_markdown(const Verdict& verdict);

}  // namespace mlplan::cli
