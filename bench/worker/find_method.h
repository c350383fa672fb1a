// A method of a TorchScript module by its name, or an error that lists those there are.
#pragma once

#include <torch/csrc/jit/api/module.h>

#include <string>

namespace mlplan::worker {

// Throws Failure "input".
torch::jit::Method find_method(const torch::jit::Module& module, const std::string& name);

}  // namespace mlplan::worker
