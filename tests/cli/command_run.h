// A command of mlplan as its function is called, with what it printed and how it ended; and a file to give it.
#pragma once

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/terminal.h"
#include "profiles/support/atomic_file.h"
#include "tests/cli/captured_output.h"

namespace mlplan::tests {

struct CommandRun {
  int code = 0;
  std::string out;
  std::string err;
  Error error;
};

// With an empty environment. `width`: of the answer, in the process's own locale.
inline CommandRun run_command(decltype(cli::Command::run) command, const std::vector<std::string>& arguments,
                              std::optional<int> width = {}) {
  cli::Context context;
  context.environment = [](const char*) { return std::optional<std::string>(); };
  if (width) {
    context.answer.width = *width;
    cli::take_over_locale(context.environment);
  }
  const CapturedOutput captured;
  const Result<int> code = command(arguments, context);
  return {code ? *code : exit_code(code.error().kind), captured.out(), captured.err(), code ? Error{} : code.error()};
}

struct TextFile {
  explicit TextFile(const std::string& text, const std::string& name = "x") : path(folder.path() + "/" + name) {
    REQUIRE(write_file(path, text));
  }
  TemporaryFolder folder;
  std::string path;
};

}  // namespace mlplan::tests
