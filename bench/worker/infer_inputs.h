// What a TorchScript method is called with, found without running it: from the shapes and types that tracing stored in
// the file, else from the first layer that reads each argument. docs/design.md has the rules.
//
// Where the graph leaves a size open (an image's height, how many dimensions a linear layer is given) there are several
// candidates, best first; a trial run decides.
#pragma once

#include <torch/csrc/jit/api/module.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "profiles/input_spec.h"

namespace mlplan::worker {

struct Candidate {
  std::vector<InputSpec> inputs;
  std::map<std::string, std::int64_t> dim_defaults;  // "batch" is 1
  std::map<std::string, std::int64_t> traced;        // values of the same symbols when the model was traced
};

struct Inference {
  std::vector<Candidate> candidates;      // never empty
  std::vector<std::string> not_inferred;  // "Dict[str, Tensor] features"
  std::vector<InputSpec> to_edit;         // in the same order: what is known of each, and placeholders
};

// `module` must have been imported with restore_shapes and not been run.
Inference infer_inputs(const torch::jit::Module& module, const std::string& method);

}  // namespace mlplan::worker
