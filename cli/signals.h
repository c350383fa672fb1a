// SIGINT, SIGTERM and SIGHUP ask the run to end: what has been measured is still shown and written. A second one ends
// the program at once with 130, and leaves no scratch folder and no measured command. SIGPIPE and SIGXFSZ are ignored:
// a write that cannot be done is an error like any other.
#pragma once

namespace mlplan::cli {

void catch_signals();
bool interrupted();

}  // namespace mlplan::cli
