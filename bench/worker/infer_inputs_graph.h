// What a TorchScript graph says about a tensor that a caller passes: every layer it flows into, and the shape that
// layer's weight asks for, carried back through the views between the argument and the layer.
//
// Nothing is run. A shape is a list of extents; where the layer takes any number of leading dimensions (a linear layer,
// an embedding) the shape is `open` at its front.
#pragma once

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "profiles/input_spec.h"

namespace mlplan::worker {

struct Extent {
  enum class Kind { unknown, batch, sequence, spatial, fixed, at_least };
  Kind kind = Kind::unknown;
  std::int64_t value =
      0;  // fixed: the extent; at_least: one more than the highest index read; spatial: number of such dimensions
};

struct Evidence {
  const torch::jit::Node* layer = nullptr;
  std::vector<Extent> shape = {};
  bool open = false;
  bool exact = false;   // shape and rank are those of a layer that takes no other (convolution, recurrent)
  bool beyond = false;  // seen past an earlier layer: tells the rank, but not width or type of the argument
  std::optional<DType> dtype = {};
  bool indices = false;  // values are row numbers of a table: low..high
  std::int64_t low = 0;
  std::int64_t high = 0;
  bool offsets = false;  // offsets of an embedding bag
  bool recurrent = false;
  std::string reason = {};  // "first conv2d has weight [64, 3, 7, 7]"
};

std::optional<DType> dtype_of(at::ScalarType type);

class GraphView {
 public:
  using Key = std::variant<std::int64_t, std::string>;  // index into a list or tuple, key of a dict

  GraphView(const torch::jit::Module& module, const std::shared_ptr<torch::jit::Graph>& graph);

  torch::jit::Graph& graph() { return *graph_; }
  // All evidence about a tensor that is reached by any of `roots`, in the graph's order.
  std::vector<Evidence> evidence(const std::vector<torch::jit::Value*>& roots) const;
  // The values read out of a list, tuple or dict. Reads at an index that is no constant are filed under -1.
  std::map<Key, std::vector<torch::jit::Value*>> parts(const std::vector<torch::jit::Value*>& roots) const;
  // Value of an expression of attributes and constants; nullopt when it depends on an argument.
  std::optional<c10::IValue> resolve(const torch::jit::Value* value) const;

 private:
  torch::jit::Module module_;
  std::shared_ptr<torch::jit::Graph> graph_;  // a copy, all calls inlined
};

}  // namespace mlplan::worker
