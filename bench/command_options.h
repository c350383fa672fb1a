// What `--command` adds to a bench run: any program, timed until it is ready. What is common to all runs (time box,
// samples, seed, environment, CPUs) stands in Options. Validated values only.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace mlplan::bench {

struct CommandOptions {
  std::string command = {};  // split into words as a shell would, see command_line.h; {port}: a free port
  bool shell = false;        // run by /bin/sh -c instead, whose start is then part of the time
  std::string ready = {};    // see readiness.h; {port} as in the command
  // Files, or folders of them, that the program reads: not in the page cache in the state model_cold. Empty: no such
  // state.
  std::vector<std::string> cold_files = {};
  std::chrono::nanoseconds ready_limit = std::chrono::minutes(5);  // for one start
};

}  // namespace mlplan::bench
