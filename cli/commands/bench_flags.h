// The flags of `mlplan bench`: from words to validated options.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/command_options.h"
#include "bench/options.h"
#include "cli/commands/model_flags.h"
#include "cli/terminal.h"
#include "cli/views/text.h"
#include "profiles/support/result.h"

namespace mlplan::cli {

struct BenchRequest {
  std::string help;  // not empty: it was asked for, and nothing else counts
  bench::Options options;
  std::optional<bench::CommandOptions> command;  // a program in place of a model
  std::string machine;                           // --machine: a profile of this machine; empty: none
  std::string output;                            // -o; empty: none, "-": standard output
  bool json = false;                             // the report on standard output in place of the view
  bool quiet = false;
  bool verbose = false;
};

// What is measured and how, whichever the model: for all commands that run the bench.
struct MeasuringFlags {
  bench::Options& options;
  ModelFlags model{options};
  std::vector<std::string> only = {};
  std::int64_t usual_at_most = options.max_samples;  // where --max-samples was not given
};
void declare_measuring(Flags& flags, MeasuringFlags& measuring);
// Checks them together, and takes what stands in for them in the environment.
Status finish_measuring(MeasuringFlags& measuring, const Environment& environment);

Result<BenchRequest> parse_bench_flags(const std::vector<std::string>& arguments, const Environment& environment,
                                       const Style& style);

}  // namespace mlplan::cli
