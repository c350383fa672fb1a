// One command of mlplan: its name, what it does in a line, and the function that does it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "cli/terminal.h"
#include "profiles/support/result.h"

namespace mlplan::cli {

struct Context {
  Environment environment;
  Style answer;   // of standard output
  Style remarks;  // of standard error
  bool remarks_on_terminal = false;
  std::vector<std::string> argv;  // as typed, for the report
};

struct Command {
  const char* name;
  const char* summary;
  // Prints its answer; returns the exit code of a run without an Error.
  Result<int> (*run)(const std::vector<std::string>& arguments, const Context& context);
};

// In the order of the help.
std::span<const Command> commands();

}  // namespace mlplan::cli
