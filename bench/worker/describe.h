// What a model file holds and how it is called: methods, inputs, weights. `mlplan inspect` shows it; every bench starts
// with it.
//
// The sizes that a sweep may change are confirmed by trial runs where running is cheap: a traced model may have its
// batch baked in, and only a run shows it. Trials are bounded in time but not safe from a model that crashes;
// describe_layout does everything else without running the model.
#pragma once

#include <torch/csrc/jit/api/module.h>

#include <string>

#include "bench/worker/infer_inputs.h"
#include "profiles/support/worker_messages.h"

namespace mlplan::worker {

// Both: `module` was imported with restore_shapes and not run. Throws where `method` does not exist. `records` stays
// empty.
Description describe_torchscript(const torch::jit::Module& module, const std::string& method, Blackbox& blackbox);
Description describe_layout(const torch::jit::Module& module, const std::string& method, Inference& inference);

// Throws when the file is no package; one without readable checks is described without inputs.
Description describe_aoti(const std::string& package_path);

}  // namespace mlplan::worker
