// A verdict on a terminal: the outcome, a table of all clauses, and why of each that did not pass.
#pragma once

#include <string>

#include "cli/views/text.h"
#include "profiles/verdict.h"

namespace mlplan::cli {

std::string gate_view(const Verdict& verdict, const Style& style);
std::string verdict_line(const Verdict& verdict, const Style& style);  // the outcome in one line

// What other formats say of a clause in the same words.
std::string summary_text(const Verdict& verdict);        // "fail: 1 of 6 clauses failed, 2 are inconclusive"
std::string limit_text(const ClauseVerdict& clause);     // "at most 5.00 s", "at most 10 % worse"
std::string measured_text(const ClauseVerdict& clause);  // "733 ms", "3.2 % worse"
std::string bounds_text(const ClauseVerdict& clause);    // "700 .. 760 ms"; a dash without any

}  // namespace mlplan::cli
