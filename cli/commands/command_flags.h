// The flags of `mlplan bench --command`: a program in place of a model.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/command_options.h"
#include "cli/commands/model_flags.h"
#include "cli/flags.h"

namespace mlplan::cli {

inline constexpr const char* kBenchUsage = "mlplan bench (MODEL | --command PROGRAM --ready HOW) [flags]";

struct CommandFlags {
  bench::CommandOptions options = {};
  std::string first_given = {};  // of the flags that need --command; empty: none
};

void declare_command(Flags& flags, CommandFlags& command);

// The program where there is one. Errors (usage): neither or both of model and program; flags of one with the other.
// only: the parts that --only names.
Result<std::optional<bench::CommandOptions>> finish_command(const CommandFlags& command, const ModelFlags& model,
                                                            const std::vector<std::string>& only);

}  // namespace mlplan::cli
