#include "bench/worker/infer_inputs_layers.h"

#include <ATen/ATen.h>

#include <sstream>
#include <string_view>

#include "bench/worker/packed_weights.h"

namespace mlplan::worker {
namespace {

using torch::jit::Node;
using Kind = Extent::Kind;

std::string shape_text(const at::Tensor& tensor) {
  std::ostringstream out;
  out << tensor.sizes();
  return out.str();
}

std::optional<at::Tensor> tensor_at(const GraphView& view, const Node& node, std::size_t input) {
  if (input >= node.inputs().size()) return std::nullopt;
  const auto value = view.resolve(node.input(input));
  if (!value || !value->isTensor() || !value->toTensor().defined()) return std::nullopt;
  return value->toTensor();
}

// The first of a list of weights: built in the graph (traced) or an attribute (a scripted nn.LSTM's _flat_weights).
std::optional<at::Tensor> first_of_list(const GraphView& view, const torch::jit::Value& list) {
  const Node& made_by = *list.node();
  if (made_by.kind() == c10::prim::ListConstruct) {
    return made_by.inputs().empty() ? std::nullopt : tensor_at(view, made_by, 0);
  }
  const auto value = view.resolve(&list);
  if (!value || !value->isTensorList() || value->toTensorList().empty()) return std::nullopt;
  return value->toTensorList().get(0);
}

std::int64_t integer_at(const GraphView& view, const Node& node, std::size_t input, std::int64_t otherwise) {
  if (input >= node.inputs().size()) return otherwise;
  const auto value = view.resolve(node.input(input));
  return value && value->isInt() ? value->toInt() : otherwise;
}

bool flag_at(const GraphView& view, const Node& node, std::size_t input) {
  if (input >= node.inputs().size()) return false;
  const auto value = view.resolve(node.input(input));
  return value && value->isBool() && value->toBool();
}

Evidence from_weight(const Node& node, const at::Tensor& weight, std::string_view layer) {
  Evidence out;
  out.layer = &node;
  out.dtype = dtype_of(weight.scalar_type());
  out.reason = "first " + std::string(layer) + " has weight " + shape_text(weight);
  return out;
}

std::optional<Evidence> convolution(const GraphView& view, const Node& node, std::string_view name) {
  const auto weight = tensor_at(view, node, 1);
  if (!weight || weight->dim() < 3 || weight->dim() > 5) return std::nullopt;
  const std::int64_t spatial = weight->dim() - 2;
  const bool general = name == "_convolution" || name == "convolution";
  const bool transposed = general ? flag_at(view, node, 6) : name.starts_with("conv_transpose");
  const std::int64_t groups = integer_at(view, node, general ? 8 : 6, 1);
  Evidence out = from_weight(node, *weight, "conv" + std::to_string(spatial) + "d");
  out.shape = {{Kind::batch, 0}, {Kind::fixed, transposed ? weight->size(0) : weight->size(1) * groups}};
  out.shape.insert(out.shape.end(), static_cast<std::size_t>(spatial), Extent{Kind::spatial, spatial});
  out.exact = true;
  return out;
}

std::optional<Evidence> recurrent(const GraphView& view, const Node& node, std::string_view name) {
  // (input, hx, params, has_biases, layers, dropout, train, bidirectional, batch_first); packed sequences have another
  // order.
  if (node.inputs().size() != 9) return std::nullopt;
  const auto first = first_of_list(view, *node.input(2));
  if (!first || first->dim() != 2) return std::nullopt;
  const at::Tensor& weight = *first;
  Evidence out = from_weight(node, weight, name);
  const bool batch_first = flag_at(view, node, 8);
  out.shape = {{Kind::batch, 0}, {Kind::sequence, 0}, {Kind::fixed, weight.size(1)}};
  if (!batch_first) std::swap(out.shape[0], out.shape[1]);
  out.reason += batch_first ? ", batch first" : ", sequence first";
  out.exact = true;
  out.recurrent = true;
  return out;
}

Evidence open_width(Evidence evidence, std::int64_t width) {
  evidence.shape = {{Kind::fixed, width}};
  evidence.open = true;
  return evidence;
}

Evidence row_numbers(const Node& node, const at::Tensor& table, std::string_view name) {
  Evidence out = from_weight(node, table, name);
  out.dtype = DType::i64;
  out.indices = true;
  out.high = table.size(0) - 1;
  out.open = true;
  return out;
}

std::optional<Evidence> normalisation(const GraphView& view, const Node& node, std::string_view name) {
  if (name == "layer_norm") {
    const auto sizes = view.resolve(node.input(1));
    const auto weight = tensor_at(view, node, 2);
    if (!sizes || !sizes->isIntList()) return std::nullopt;
    Evidence out;
    out.layer = &node;
    out.open = true;
    out.dtype = weight ? dtype_of(weight->scalar_type()) : std::nullopt;
    std::ostringstream reason;
    reason << "first layer_norm is over " << sizes->toIntVector();
    out.reason = reason.str();
    for (const std::int64_t size : sizes->toIntVector()) out.shape.push_back({Kind::fixed, size});
    return out;
  }
  auto weight = tensor_at(view, node, 1);
  if (!weight) weight = tensor_at(view, node, 3);
  if (!weight || weight->dim() != 1) return std::nullopt;
  Evidence out = from_weight(node, *weight, name);
  out.shape = {{Kind::batch, 0}, {Kind::fixed, weight->size(0)}};
  return out;
}

// The caller gives floats; the layer before, or this one, turns them into integers.
std::optional<Evidence> quantised(const GraphView& view, const Node& node, std::string_view name) {
  const auto packed = node.inputs().size() > 1 ? view.resolve(node.input(1)) : std::nullopt;
  const auto weight = packed ? packed_weight(*packed) : std::nullopt;
  if (!weight) return std::nullopt;
  Evidence out = from_weight(node, *weight, name);
  out.dtype = DType::f32;
  if (name.starts_with("linear")) return open_width(std::move(out), weight->size(1));
  if (weight->dim() != 4) return std::nullopt;
  const std::int64_t channels = weight->size(1) * packed_groups(*packed);
  out.shape = {{Kind::batch, 0}, {Kind::fixed, channels}, {Kind::spatial, 2}, {Kind::spatial, 2}};
  out.exact = true;
  return out;
}

}  // namespace

std::optional<DType> dtype_of(at::ScalarType type) {
  switch (type) {
    case at::kDouble: return DType::f64;
    case at::kFloat: return DType::f32;
    case at::kHalf: return DType::f16;
    case at::kBFloat16: return DType::bf16;
    case at::kLong: return DType::i64;
    case at::kInt: return DType::i32;
    case at::kShort: return DType::i16;
    case at::kChar: return DType::i8;
    case at::kByte: return DType::u8;
    case at::kBool: return DType::boolean;
    case at::kComplexFloat: return DType::c64;
    default: return std::nullopt;
  }
}

std::optional<Evidence> layer_evidence(const GraphView& view, const Node& node, std::size_t offset) {
  std::string_view name = node.kind().toQualString();
  if (name.starts_with("quantized::")) {
    name.remove_prefix(std::string_view("quantized::").size());
    return offset == 0 ? quantised(view, node, name) : std::nullopt;
  }
  if (!name.starts_with("aten::")) return std::nullopt;
  name.remove_prefix(std::string_view("aten::").size());
  if (name == "embedding" && offset == 1) {
    const auto table = tensor_at(view, node, 0);
    if (table && table->dim() == 2) return row_numbers(node, *table, name);
  }
  if (name == "embedding_bag" && (offset == 1 || offset == 2)) {
    const auto table = tensor_at(view, node, 0);
    if (!table || table->dim() != 2) return std::nullopt;
    Evidence out = row_numbers(node, *table, name);
    out.open = false;
    out.shape = {{Kind::batch, 0}};  // one index a bag, so that indices and offsets grow together
    out.offsets = offset == 2;
    return out;
  }
  if (name == "index_select" && offset == 2) {
    const auto table = tensor_at(view, node, 0);
    if (table && table->dim() >= 1 && integer_at(view, node, 1, -1) == 0) {
      Evidence out = row_numbers(node, *table, name);
      out.open = false;
      out.shape = {{Kind::batch, 0}};
      return out;
    }
  }
  if (name == "addmm" && offset == 1) {
    const auto weight = tensor_at(view, node, 2);
    if (!weight || weight->dim() != 2) return std::nullopt;
    Evidence out = from_weight(node, *weight, name);
    out.shape = {{Kind::batch, 0}, {Kind::fixed, weight->size(0)}};
    return out;
  }
  if (offset != 0) return std::nullopt;
  if (name == "linear" || name == "lstm_cell" || name == "gru_cell") {
    const auto weight = tensor_at(view, node, name == "linear" ? 1 : 2);
    if (!weight || weight->dim() != 2) return std::nullopt;
    Evidence out = open_width(from_weight(node, *weight, name), weight->size(1));
    if (name != "linear") out.shape.insert(out.shape.begin(), Extent{Kind::batch, 0}), out.open = false;
    return out;
  }
  if (name == "matmul" || name == "mm") {
    const auto weight = tensor_at(view, node, 1);
    if (weight && weight->dim() == 2) return open_width(from_weight(node, *weight, name), weight->size(0));
  }
  if (name.starts_with("conv") || name == "_convolution") return convolution(view, node, name);
  if (name == "lstm" || name == "gru" || name == "rnn_tanh" || name == "rnn_relu") return recurrent(view, node, name);
  if (name == "layer_norm" || name == "batch_norm") return normalisation(view, node, name);
  if (name == "_transformer_encoder_layer_fwd") {
    const std::int64_t width = integer_at(view, node, 1, 0);
    if (width <= 0) return std::nullopt;
    Evidence out;
    out.layer = &node;
    out.shape = {{Kind::batch, 0}, {Kind::sequence, 0}, {Kind::fixed, width}};
    out.exact = true;
    out.reason = "first transformer encoder layer is " + std::to_string(width) + " wide";
    if (const auto weight = tensor_at(view, node, 3)) out.dtype = dtype_of(weight->scalar_type());
    return out;
  }
  return std::nullopt;
}

}  // namespace mlplan::worker
