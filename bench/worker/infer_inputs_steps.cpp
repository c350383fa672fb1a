#include "bench/worker/infer_inputs_steps.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "bench/worker/describe_text.h"

namespace mlplan::worker {
namespace {

using torch::jit::Node;
using Kind = Extent::Kind;

const std::unordered_set<std::string_view>& shape_preserving() {
  static const std::unordered_set<std::string_view> names = {"aten::to",
                                                             "aten::type_as",
                                                             "aten::_cast_Float",
                                                             "aten::_cast_Long",
                                                             "aten::float",
                                                             "aten::long",
                                                             "aten::contiguous",
                                                             "aten::detach",
                                                             "aten::clone",
                                                             "aten::alias",
                                                             "aten::dropout",
                                                             "aten::feature_dropout",
                                                             "aten::relu",
                                                             "aten::relu_",
                                                             "aten::gelu",
                                                             "aten::tanh",
                                                             "aten::sigmoid",
                                                             "aten::silu",
                                                             "aten::mul",
                                                             "aten::div",
                                                             "aten::mul_",
                                                             "aten::div_",
                                                             "aten::clamp",
                                                             "aten::clamp_min",
                                                             "aten::clamp_max",
                                                             "aten::neg",
                                                             "aten::abs",
                                                             "aten::log",
                                                             "aten::log1p",
                                                             "aten::exp",
                                                             "aten::sqrt",
                                                             "aten::pow",
                                                             "aten::leaky_relu",
                                                             "aten::hardtanh",
                                                             "aten::hardswish",
                                                             "aten::elu",
                                                             "aten::slice",
                                                             "aten::flip",
                                                             "aten::pad",
                                                             "aten::constant_pad_nd",
                                                             "aten::nan_to_num",
                                                             "aten::masked_fill",
                                                             "aten::batch_norm",
                                                             "aten::layer_norm",
                                                             "aten::group_norm",
                                                             "aten::instance_norm",
                                                             "aten::expand_as",
                                                             "aten::requires_grad_",
                                                             "aten::remainder",
                                                             "aten::copy_",
                                                             "aten::softmax",
                                                             "aten::quantize_per_tensor",
                                                             "prim::unchecked_cast",
                                                             "aten::_unwrap_optional",
                                                             "prim::unchecked_unwrap_optional"};
  return names;
}

std::optional<std::int64_t> integer(const GraphView& view, const Node& node, std::size_t input) {
  if (input >= node.inputs().size()) return std::nullopt;
  const auto value = view.resolve(node.input(input));
  if (!value || !value->isInt()) return std::nullopt;
  return value->toInt();
}

// Sizes of a view: constants where they are, else -1.
std::vector<std::int64_t> integers(const GraphView& view, const torch::jit::Value& list) {
  std::vector<std::int64_t> out;
  if (list.node()->kind() == c10::prim::ListConstruct) {
    for (const torch::jit::Value* item : list.node()->inputs()) {
      const auto value = view.resolve(item);
      out.push_back(value && value->isInt() ? value->toInt() : -1);
    }
  } else if (const auto value = view.resolve(&list); value && value->isIntList()) {
    out = value->toIntVector();
  }
  return out;
}

// Position of dimension `dim` when the tensor has `rank` dimensions; negative ones count from the end.
std::int64_t position(std::int64_t dim, std::int64_t rank) { return dim < 0 ? dim + rank : dim; }

// Adds unknown dimensions at the front until there are `rank`; false when the shape is closed or longer.
bool grow(Evidence& evidence, std::int64_t rank) {
  const auto have = static_cast<std::int64_t>(evidence.shape.size());
  if (have >= rank) return true;
  if (!evidence.open) return false;
  evidence.shape.insert(evidence.shape.begin(), static_cast<std::size_t>(rank - have), Extent{});
  return true;
}

// Columns that a layer gives its output, through what keeps a shape; nullopt where no weight fixes them.
std::optional<std::int64_t> width_of(const GraphView& view, const torch::jit::Value& value) {
  const torch::jit::Value* at = &value;
  for (int i = 0; i < 20 && !at->node()->inputs().empty(); ++i) {
    const Node& node = *at->node();
    const std::string_view kind = node.kind().toQualString();
    const bool table = (kind == "aten::embedding" || kind == "aten::embedding_bag") && at == node.output(0);
    const bool linear = kind == "aten::linear";
    if (table || linear) {
      const auto weight = view.resolve(node.input(table ? 0 : 1));
      if (!weight || !weight->isTensor() || weight->toTensor().dim() != 2) return std::nullopt;
      return weight->toTensor().size(table ? 1 : 0);
    }
    if (!shape_preserving().contains(kind)) return std::nullopt;
    at = node.input(0);
  }
  return std::nullopt;
}

// A tensor put beside others: [list] = prim::ListConstruct(...), aten::cat(list, dim).
std::optional<Step> concatenation(const GraphView& view, const Node& list, std::size_t offset) {
  if (list.output()->uses().size() != 1) return std::nullopt;
  const Node& cat = *list.output()->uses()[0].user;
  if (std::string_view(cat.kind().toQualString()) != "aten::cat") return std::nullopt;
  const auto dim = integer(view, cat, 1);
  if (!dim) return std::nullopt;
  Step step{Step::Kind::concat, *dim};
  for (std::size_t i = 0; i < list.inputs().size() && step.second >= 0; ++i) {
    if (i == offset) continue;
    const auto width = width_of(view, *list.input(i));
    step.second = width ? step.second + *width : -1;
  }
  return step;
}

// Only along the columns, which a layer after it counts; the rank is known when they are counted from the front.
bool undo_concat(const Step& step, Evidence& evidence) {
  std::vector<Extent>& shape = evidence.shape;
  if (step.second < 0 || shape.empty() || shape.back().kind != Kind::fixed) return false;
  if (step.first >= 0) {
    if (!grow(evidence, step.first + 1)) return false;
    evidence.open = false;
    evidence.exact = true;
  }
  if (position(step.first, static_cast<std::int64_t>(shape.size())) + 1 != static_cast<std::int64_t>(shape.size()))
    return false;
  shape.back().value -= step.second;
  evidence.reason += fill_in(", {} of its columns come from other layers", step.second);
  return shape.back().value > 0;
}

}  // namespace

std::optional<std::vector<Step>> steps_of(const GraphView& view, const Node& node, std::size_t offset) {
  const std::string_view kind = node.kind().toQualString();
  const auto one = [](Step step) { return std::optional<std::vector<Step>>({std::move(step)}); };
  if (kind == "aten::add" || kind == "aten::add_" || kind == "aten::sub" || kind == "aten::sub_") {
    if (offset > 1) return std::nullopt;
    const auto other = view.resolve(node.input(1 - offset));
    Step step{Step::Kind::shift};
    if (other && (other->isInt() || other->isTensor())) {
      const at::Tensor added = other->isInt() ? at::tensor(other->toInt()) : other->toTensor();
      if (at::isIntegralType(added.scalar_type(), false) && added.numel() > 0) {
        step.second = added.min().item<std::int64_t>();
        step.third = added.max().item<std::int64_t>();
        if (kind.starts_with("aten::sub")) step.second = -std::exchange(step.third, -step.second);
      }
    }
    return one(step);
  }
  if (kind == "aten::embedding" && offset == 1) return one({Step::Kind::table});
  if (kind == "aten::mul" && offset == 1) return std::vector<Step>{};
  if (kind == "prim::ListConstruct") {
    const auto step = concatenation(view, node, offset);
    return step ? one(*step) : std::nullopt;
  }
  if (kind == "aten::cat" && offset == 0) return std::vector<Step>{};
  if (offset != 0) return std::nullopt;
  if (shape_preserving().contains(kind)) return std::vector<Step>{};
  if (kind == "aten::unsqueeze" || kind == "aten::unsqueeze_") {
    if (const auto dim = integer(view, node, 1)) return one({Step::Kind::unsqueeze, *dim});
    return std::nullopt;
  }
  if (kind == "aten::squeeze" && node.inputs().size() == 2) {
    if (const auto dim = integer(view, node, 1)) return one({Step::Kind::squeeze, *dim});
    return std::nullopt;
  }
  if (kind == "aten::transpose" || kind == "aten::swapaxes") {
    const auto first = integer(view, node, 1);
    const auto second = integer(view, node, 2);
    if (first && second) return one({Step::Kind::swap, *first, *second});
    return std::nullopt;
  }
  if (kind == "aten::t") return one({Step::Kind::swap, 0, 1});
  if (kind == "aten::permute") return one({Step::Kind::permute, 0, 0, 0, integers(view, *node.input(1))});
  if (kind == "aten::select") {
    const auto dim = integer(view, node, 1);
    const auto index = integer(view, node, 2);
    if (dim) return one({Step::Kind::select, *dim, index.value_or(-1)});
    return std::nullopt;
  }
  if (kind == "aten::view" || kind == "aten::reshape")
    return one({Step::Kind::view, 0, 0, 0, integers(view, *node.input(1))});
  if (kind == "aten::flatten") return one({Step::Kind::view});
  if (kind == "aten::linear") {
    const auto weight = view.resolve(node.input(1));
    if (weight && weight->isTensor() && weight->toTensor().dim() == 2)
      return one({Step::Kind::last_width, weight->toTensor().size(1)});
  }
  return std::nullopt;
}

bool undo(const Step& step, Evidence& evidence) {
  std::vector<Extent>& shape = evidence.shape;
  const auto rank = static_cast<std::int64_t>(shape.size());
  switch (step.kind) {
    case Step::Kind::shift:
      if (evidence.indices) {
        evidence.low -= step.second;
        evidence.high -= step.third;
      }
      return evidence.low <= evidence.high || !evidence.indices;
    case Step::Kind::unsqueeze: {
      if (step.first >= 0 && !grow(evidence, step.first + 1)) return false;
      const std::int64_t at = position(step.first, static_cast<std::int64_t>(shape.size()));
      if (at < 0 || at >= static_cast<std::int64_t>(shape.size())) return evidence.open;
      shape.erase(shape.begin() + at);
      return true;
    }
    case Step::Kind::squeeze: {
      const std::int64_t at = position(step.first, rank + 1);
      if (at < 0 || !grow(evidence, at)) return false;
      shape.insert(shape.begin() + at, Extent{Kind::fixed, 1});
      return true;
    }
    case Step::Kind::swap: {
      const std::int64_t needed = std::max({step.first + 1, step.second + 1, -step.first, -step.second});
      if (!grow(evidence, needed)) return false;
      const auto now = static_cast<std::int64_t>(shape.size());
      std::swap(shape[static_cast<std::size_t>(position(step.first, now))],
                shape[static_cast<std::size_t>(position(step.second, now))]);
      return true;
    }
    case Step::Kind::permute: {
      const auto needed = static_cast<std::int64_t>(step.sizes.size());
      if (needed == 0 || !grow(evidence, needed) || static_cast<std::int64_t>(shape.size()) != needed) return false;
      std::vector<Extent> before(shape.size());
      for (std::size_t i = 0; i < shape.size(); ++i) {
        const std::int64_t from = position(step.sizes[i], needed);
        if (from < 0 || from >= needed) return false;
        before[static_cast<std::size_t>(from)] = shape[i];
      }
      shape = std::move(before);
      evidence.open = false;
      return true;
    }
    case Step::Kind::select: {
      const std::int64_t at = position(step.first, rank + 1);
      if (at < 0 || !grow(evidence, at)) return false;
      shape.insert(shape.begin() + at, step.second >= 0 ? Extent{Kind::at_least, step.second + 1} : Extent{});
      evidence.open = evidence.open && at == 0;
      return true;
    }
    case Step::Kind::view: {
      // With every size but the first known, the argument may as well have the viewed shape itself.
      const bool known = step.sizes.size() > 1 && std::all_of(step.sizes.begin() + 1, step.sizes.end(),
                                                              [](std::int64_t size) { return size > 0; });
      if (!known) return true;
      shape.clear();
      for (const std::int64_t size : step.sizes) shape.push_back({Kind::fixed, size});
      shape.front() = {Kind::batch, 0};
      evidence.open = false;
      return true;
    }
    case Step::Kind::last_width:
      evidence.beyond = true;
      if (!grow(evidence, 1)) return false;
      shape.back() = {Kind::fixed, step.first};
      return true;
    case Step::Kind::table:
      evidence.beyond = true;
      evidence.indices = true;
      if (shape.empty()) return evidence.open;
      shape.pop_back();
      return true;
    case Step::Kind::concat: return undo_concat(step, evidence);
  }
  return false;
}

}  // namespace mlplan::worker
