#include "bench/worker/infer_inputs_graph.h"

#include <ATen/ATen.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/passes/inliner.h>

#include <algorithm>
#include <deque>
#include <string_view>
#include <unordered_set>

#include "bench/worker/infer_inputs_layers.h"
#include "bench/worker/infer_inputs_steps.h"

namespace mlplan::worker {
namespace {

using torch::jit::Node;
using torch::jit::Use;
using torch::jit::Value;

constexpr std::size_t kFarthest = 200;  // steps between an argument and a layer that says something about it
constexpr std::size_t kMostValues = 20'000;

std::string_view kind_of(const Node& node) { return node.kind().toQualString(); }

// The same value under another name: out of a branch, into and out of a loop.
std::vector<Value*> renamed(const Use& use) {
  Node& node = *use.user;
  if (node.kind() == c10::prim::Return && node.owningBlock()->owningNode() != nullptr) {
    Node& owner = *node.owningBlock()->owningNode();
    if (owner.kind() == c10::prim::If && use.offset < owner.outputs().size()) return {owner.output(use.offset)};
    if (owner.kind() == c10::prim::Loop && use.offset >= 1 && use.offset - 1 < owner.outputs().size())
      return {owner.output(use.offset - 1)};
  }
  if (node.kind() == c10::prim::Loop && use.offset >= 2) {
    return {node.blocks()[0]->inputs()[use.offset - 1], node.output(use.offset - 2)};
  }
  return {};
}

struct Reached {
  Value* value = nullptr;
  std::vector<Step> steps = {};
};

}  // namespace

GraphView::GraphView(const torch::jit::Module& module, const std::shared_ptr<torch::jit::Graph>& graph)
    : module_(module), graph_(graph->copy()) {
  torch::jit::Inline(*graph_);
}

std::optional<c10::IValue> GraphView::resolve(const Value* value) const {
  const Node& node = *value->node();
  if (!graph_->inputs().empty() && value == graph_->inputs()[0]) return c10::IValue(module_._ivalue());
  if (node.kind() == c10::prim::Constant) return torch::jit::toIValue(value);
  const std::string_view kind = kind_of(node);
  if (kind == "prim::GetAttr") {
    const auto owner = resolve(node.input(0));
    if (!owner || !owner->isObject()) return std::nullopt;
    const auto& object = owner->toObjectRef();
    const auto slot = object.type()->findAttributeSlot(node.s(c10::attr::name));
    if (!slot) return std::nullopt;
    return object.getSlot(*slot);
  }
  if (kind == "prim::ListConstruct" && value->type()->isSubtypeOf(*c10::ListType::ofInts())) {
    c10::List<std::int64_t> out;
    for (const Value* item : node.inputs()) {
      const auto element = resolve(item);
      if (!element || !element->isInt()) return std::nullopt;
      out.push_back(element->toInt());
    }
    return c10::IValue(out);
  }
  if (kind == "aten::__getitem__") {
    const auto list = resolve(node.input(0));
    const auto index = resolve(node.input(1));
    if (!list || !index || !list->isList() || !index->isInt()) return std::nullopt;
    const auto& items = list->toListRef();
    const std::int64_t at =
        index->toInt() < 0 ? index->toInt() + static_cast<std::int64_t>(items.size()) : index->toInt();
    if (at < 0 || at >= static_cast<std::int64_t>(items.size())) return std::nullopt;
    return items[static_cast<std::size_t>(at)];
  }
  if (kind == "prim::unchecked_cast" || kind == "prim::unchecked_unwrap_optional" || kind == "aten::_unwrap_optional" ||
      kind == "aten::detach" || kind == "aten::contiguous" || kind == "aten::to") {
    return resolve(node.input(0));
  }
  if (kind == "aten::t" || (kind == "aten::transpose" && value->type()->isSubtypeOf(*c10::TensorType::get()))) {
    const auto tensor = resolve(node.input(0));
    if (!tensor || !tensor->isTensor() || tensor->toTensor().dim() != 2) return std::nullopt;
    return c10::IValue(tensor->toTensor().t());
  }
  return std::nullopt;
}

std::vector<Evidence> GraphView::evidence(const std::vector<Value*>& roots) const {
  std::vector<Evidence> out;
  std::deque<Reached> pending;
  std::unordered_set<const Value*> seen;
  for (Value* root : roots) {
    if (seen.insert(root).second) pending.push_back({root});
  }
  while (!pending.empty() && seen.size() < kMostValues) {
    const Reached here = std::move(pending.front());
    pending.pop_front();
    const auto reach = [&](Value* next, const std::vector<Step>& more) {
      if (here.steps.size() + more.size() > kFarthest || !seen.insert(next).second) return;
      pending.push_back({next, here.steps});
      pending.back().steps.insert(pending.back().steps.end(), more.begin(), more.end());
    };
    for (const Use& use : here.value->uses()) {
      for (Value* next : renamed(use)) reach(next, {});
      if (auto found = layer_evidence(*this, *use.user, use.offset)) {
        bool fits = true;
        const bool passed_layer = std::any_of(here.steps.begin(), here.steps.end(), [](const Step& step) {
          return step.kind == Step::Kind::last_width || step.kind == Step::Kind::table;
        });
        const bool counted_columns = std::any_of(here.steps.begin(), here.steps.end(), [](const Step& step) {
          return step.kind == Step::Kind::concat && step.first > 0;
        });
        // Past a layer only what takes a single rank is worth knowing.
        if (passed_layer && !found->exact && !counted_columns) fits = false;
        if (passed_layer) found->indices = false;
        for (auto step = here.steps.rbegin(); fits && step != here.steps.rend(); ++step) fits = undo(*step, *found);
        if (fits) out.push_back(std::move(*found));
      }
      if (use.user->outputs().size() == 1) {
        if (const auto steps = steps_of(*this, *use.user, use.offset)) reach(use.user->output(), *steps);
      }
    }
  }
  std::stable_sort(out.begin(), out.end(), [](const Evidence& left, const Evidence& right) {
    return left.layer != right.layer && left.layer->isBefore(right.layer);
  });
  return out;
}

std::map<GraphView::Key, std::vector<Value*>> GraphView::parts(const std::vector<Value*>& roots) const {
  std::map<Key, std::vector<Value*>> out;
  std::vector<Value*> pending = roots;
  std::unordered_set<const Value*> seen(roots.begin(), roots.end());
  while (!pending.empty()) {
    Value* here = pending.back();
    pending.pop_back();
    for (const Use& use : here->uses()) {
      Node& node = *use.user;
      std::vector<Value*> same = renamed(use);
      const std::string_view kind = kind_of(node);
      if (kind == "prim::unchecked_cast" || kind == "aten::_unwrap_optional" ||
          kind == "prim::unchecked_unwrap_optional") {
        same.push_back(node.output());
      }
      for (Value* next : same) {
        if (seen.insert(next).second) pending.push_back(next);
      }
      if (use.offset != 0) continue;
      if (kind == "aten::__getitem__" || kind == "prim::TupleIndex" || kind == "aten::get") {
        const auto key = resolve(node.input(1));
        if (key && key->isString()) {
          out[key->toStringRef()].push_back(node.output());
        } else {
          out[key && key->isInt() ? key->toInt() : std::int64_t{-1}].push_back(node.output());
        }
      } else if (kind == "prim::ListUnpack" || kind == "prim::TupleUnpack") {
        for (std::size_t i = 0; i < node.outputs().size(); ++i)
          out[static_cast<std::int64_t>(i)].push_back(node.output(i));
      }
    }
  }
  return out;
}

}  // namespace mlplan::worker
