// What one layer asks of the tensor that flows into it.
#pragma once

#include <optional>

#include "bench/worker/infer_inputs_graph.h"

namespace mlplan::worker {

// For the tensor at input `offset` of `node`; nullopt when the node is no layer that tells anything.
std::optional<Evidence> layer_evidence(const GraphView& view, const torch::jit::Node& node, std::size_t offset);

}  // namespace mlplan::worker
