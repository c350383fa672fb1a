// What the commands that run a worker share: which model, how it is called, and the worker's world.
#pragma once

#include <string>
#include <vector>

#include "bench/options.h"
#include "cli/flags.h"
#include "cli/terminal.h"

namespace mlplan::cli {

inline constexpr const char* kModelHelp = "TorchScript (.pt) or AOTInductor (.pt2) file";

struct ModelFlags {
  bench::Options& options;
  std::vector<std::string> inputs = {};  // texts of --input, parsed together by finish_model
};

void declare_model(Flags& flags, ModelFlags& model);  // which file: MODEL, --format, and declare_call
void declare_format(Flags& flags, ModelFlags& model);
void declare_call(Flags& flags, ModelFlags& model);          // what it is called with
void declare_torch(Flags& flags, bench::Options& options);   // which libtorch
void declare_worker(Flags& flags, bench::Options& options);  // the rest of the worker's world
Status finish_model(ModelFlags& model);
// Variables that stand in for flags that were not given: MLPLAN_TORCH_LIB, MLPLAN_WORKER.
void take_variables(bench::Options& options, const Environment& environment);

}  // namespace mlplan::cli
