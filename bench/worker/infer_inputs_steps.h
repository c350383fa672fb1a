// The views and casts between an argument and the layer that reads it, and their inverses on shapes.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "bench/worker/infer_inputs_graph.h"

namespace mlplan::worker {

struct Step {
  enum class Kind { unsqueeze, squeeze, swap, permute, select, view, shift, last_width, table, concat };
  Kind kind = Kind::view;
  std::int64_t first = 0;                // dimension; of select the dimension, of last_width the width before the layer
  std::int64_t second = 0;               // other dimension of swap; index of select; shift's lowest added value; width
                                         // of what concat puts beside, -1: unknown
  std::int64_t third = 0;                // shift's highest added value
  std::vector<std::int64_t> sizes = {};  // of permute the order, of view the sizes (-1: unknown); empty: nothing known
};

// What a node does to the tensor at its input `offset`: nullopt when the tensor does not flow on through it, an empty
// list when shape and values stay as they are.
std::optional<std::vector<Step>> steps_of(const GraphView& view, const torch::jit::Node& node, std::size_t offset);

// Turns evidence about the tensor after the step into evidence about the tensor before it. False: contradiction.
bool undo(const Step& step, Evidence& evidence);

}  // namespace mlplan::worker
