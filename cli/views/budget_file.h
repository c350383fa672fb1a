// A budget file made of a report: every headline figure with a limit that leaves a margin, as `mlplan gate --init`
// writes it.
//
// A limit is the 95 % bound on the bad side plus (of rates minus) a fifth, rounded away from it to two digits. What the
// samples carry no bound of is there as a comment, with half more than the worst of them: no run like this one could
// pass it. Exact numbers are their own limit.
#pragma once

#include <string>

#include "profiles/report.h"
#include "profiles/support/result.h"

namespace mlplan::cli {

// not_measured where the report has no figure to make a budget of.
Result<std::string> budget_file(const Report& report, const std::string& report_path);

}  // namespace mlplan::cli
