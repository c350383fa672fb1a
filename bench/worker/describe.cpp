#include "bench/worker/describe.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

#include <algorithm>
#include <map>
#include <unordered_set>

#include "bench/worker/blackbox.h"
#include "bench/worker/describe_trial.h"
#include "bench/worker/failure.h"
#include "bench/worker/infer_inputs_graph.h"
#include "bench/worker/make_inputs.h"
#include "bench/worker/packed_weights.h"

namespace mlplan::worker {
namespace {

// Elements and bytes by type; a tensor that several names share counts once.
class WeightCount {
 public:
  void add(const at::Tensor& tensor) {
    if (!tensor.defined() || tensor.layout() != at::kStrided || tensor.numel() == 0) return;
    if (seen_.insert(tensor.unsafeGetTensorImpl()->data()).second) count(tensor);
  }

  void add(const c10::IValue& value) {
    if (value.isTensor()) add(value.toTensor());
    if (const auto weight = packed_weight(value)) count(*weight);
    if (value.isTensorList()) {
      for (const at::Tensor& tensor : value.toTensorVector()) add(tensor);
    }
  }

  // Freezing turns weights into constants of the graph.
  void add(const torch::jit::Block& block) {
    for (const torch::jit::Node* node : block.nodes()) {
      for (const torch::jit::Block* inner : node->blocks()) add(*inner);
      if (node->kind() != c10::prim::Constant) continue;
      if (const auto value = torch::jit::toIValue(node->output());
          value && value->isTensor() && value->toTensor().dim() > 0)
        add(*value);
    }
  }

  std::vector<DTypeBytes> rows() const {
    std::vector<DTypeBytes> out;
    for (const auto& [name, row] : rows_) out.push_back(row);
    std::stable_sort(out.begin(), out.end(),
                     [](const DTypeBytes& left, const DTypeBytes& right) { return left.bytes > right.bytes; });
    return out;
  }

 private:
  void count(const at::Tensor& tensor) {
    const auto dtype = dtype_of(tensor.scalar_type());
    std::string name = dtype ? std::string(name_of(*dtype)) : std::string(c10::toString(tensor.scalar_type()));
    if (name == "QInt8") name = "qint8";  // as Python calls it
    DTypeBytes& row = rows_[name];
    row.dtype = name;
    row.parameters += tensor.numel();
    row.bytes += static_cast<std::int64_t>(tensor.numel() * tensor.element_size());
  }

  std::unordered_set<const void*> seen_;
  std::map<std::string, DTypeBytes> rows_;
};

void add_shapes(const c10::IValue& value, std::vector<std::vector<std::int64_t>>& out) {
  if (value.isTensor()) {
    out.push_back(value.toTensor().sizes().vec());
  } else if (value.isTuple()) {
    for (const c10::IValue& item : value.toTupleRef().elements()) add_shapes(item, out);
  } else if (value.isList()) {
    for (const c10::IValue& item : value.toListRef()) add_shapes(item, out);
  } else if (value.isGenericDict()) {
    for (const auto& item : value.toGenericDict()) add_shapes(item.value(), out);
  }
}

// A message of an operator or of the model's own checks that another shape may cure.
bool speaks_of_shapes(const std::string& message) {
  for (const char* word : {"dimension", "shape", "size", "rank", "dim "}) {
    if (message.find(word) != std::string::npos) return true;
  }
  return false;
}

TrialResult try_once(Blackbox& blackbox, torch::jit::Method& method, const std::vector<InputSpec>& inputs,
                     const std::map<std::string, std::int64_t>& dims) {
  const c10::InferenceMode no_gradients;
  // The plain interpreter: a few runs at changing shapes must not teach the optimiser anything, nor wait for it.
  const torch::jit::GraphOptimizerEnabledGuard plain(false);
  TrialResult out;
  const auto begin = std::chrono::steady_clock::now();
  try {
    std::vector<c10::IValue> arguments = make_arguments({inputs, dims}, method.function().getSchema());
    enter(blackbox, Phase::trial);  // the limit of one inference holds here too
    add_shapes(method(std::move(arguments)), out.shapes);
    out.ran = true;
  } catch (const std::exception& error) {
    const WorkerFailure failure = explain(error, Phase::trial, {});
    out.about_input = failure.kind == "input" || speaks_of_shapes(failure.message);
    out.cause = failure.message;
  }
  enter(blackbox, Phase::describe);
  out.took = std::chrono::steady_clock::now() - begin;
  return out;
}

}  // namespace

Description describe_layout(const torch::jit::Module& module, const std::string& method, Inference& inference) {
  Description out;
  WeightCount weights;
  for (const auto& attribute : module.named_attributes(/*recurse=*/true)) weights.add(attribute.value);
  for (const torch::jit::Method& each : module.get_methods()) {
    out.methods.push_back({each.name(), signature_of(each.function().getSchema())});
    weights.add(*each.graph()->block());
  }
  out.weights = weights.rows();
  inference = infer_inputs(module, method);
  out.inputs = inference.candidates.front().inputs;
  out.dim_defaults = inference.candidates.front().dim_defaults;
  out.not_inferred = inference.not_inferred;
  out.to_edit = inference.to_edit;
  return out;
}

Description describe_torchscript(const torch::jit::Module& module, const std::string& method, Blackbox& blackbox) {
  Inference inference;
  Description out = describe_layout(module, method, inference);
  if (!out.not_inferred.empty()) return out;
  torch::jit::Method callable = module.get_method(method);
  std::map<std::string, std::string> signatures;
  for (const c10::Argument& argument : callable.function().getSchema().arguments()) {
    signatures[argument.name()] = argument.type()->annotation_str() + " " + argument.name();
  }
  confirm_by_trials(
      inference,
      [&](const std::vector<InputSpec>& inputs, const std::map<std::string, std::int64_t>& dims) {
        return try_once(blackbox, callable, inputs, dims);
      },
      signatures, out);
  return out;
}

}  // namespace mlplan::worker
