// The weights of a TorchScript module in a wider floating-point type, to see what its own costs in accuracy.
#pragma once

#include <torch/csrc/jit/api/module.h>

#include <string>
#include <utility>

namespace mlplan::worker {

// In place: f16 and bf16 to f32, or, where there are none, f32 to f64. Returns the two ("bf16", "f32"). Throws Failure
// "not_possible" where the module holds no such weights: a frozen module has them as constants in its code.
std::pair<std::string, std::string> widen_weights(torch::jit::Module& module);

}  // namespace mlplan::worker
