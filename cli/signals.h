// SIGINT and SIGTERM ask the run to end: what has been measured is still shown and written. A second one ends the
// program at once with 130. SIGPIPE is ignored: a write to a closed pipe is an error like any other.
#pragma once

namespace mlplan::cli {

void catch_signals();
bool interrupted();

}  // namespace mlplan::cli
