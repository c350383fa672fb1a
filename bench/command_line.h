// The command of `--command` as a program and its arguments. Without a shell in between, so that no shell's start is
// timed: words are split at spaces; '...', "..." and \ quote as in a POSIX shell. What only a shell can do (pipes,
// variables, patterns) is an error (usage) that names --shell.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bench/command_options.h"
#include "profiles/support/result.h"

namespace mlplan::bench {

Result<std::vector<std::string>> split_words(std::string_view text);

inline constexpr std::string_view kPortPlaceholder = "{port}";
bool has_port(std::string_view text);
std::string with_port(std::string text, int port);  // every {port} replaced

struct CommandLine {
  std::string program;             // absolute
  std::vector<std::string> words;  // argv, {port} not yet replaced
};

// Errors (usage): shell syntax, no words, or no program of that name on the PATH of `environment` (else our own).
Result<CommandLine> command_line(const CommandOptions& options, const std::map<std::string, std::string>& environment);

}  // namespace mlplan::bench
