// Reports made by hand for the tests of the views: every number is given, none measured.
#pragma once

#include "profiles/report.h"

namespace mlplan::cli::examples {

Report small_fast_model();  // complete: three states, ledger, sweep, two warnings
Report huge_slow_model();   // 30 GB, five minutes to load: n = 1 everywhere, no intervals, a failed row
Report interrupted_run();   // Ctrl-C during the first samples: one state, nothing else

}  // namespace mlplan::cli::examples
