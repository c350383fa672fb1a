// Running the bench from a command: progress on standard error, and the reader's interrupt.
#pragma once

#include <string>
#include <vector>

#include "bench/bench.h"
#include "bench/command_options.h"
#include "cli/command.h"
#include "cli/commands/bench_flags.h"

namespace mlplan::cli {

int columns_of_remarks();  // of the terminal on standard error, or 80

// One run over all the models, with the same options but for the path. `wanted` as bench::Hooks has it.
Result<std::vector<bench::Outcome>> measure_in_turns(const std::vector<std::string>& models,
                                                     const bench::Options& options, const bench::Look& wanted,
                                                     bool quiet, const Context& context);

// A program in place of a model.
Result<bench::Outcome> measure_command(const bench::Options& options, const bench::CommandOptions& command, bool quiet,
                                       const Context& context);

}  // namespace mlplan::cli
