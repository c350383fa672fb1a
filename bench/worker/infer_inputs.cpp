#include "bench/worker/infer_inputs.h"

#include <ATen/core/jit_type.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>
#include <optional>

#include "bench/worker/describe_text.h"
#include "bench/worker/infer_inputs_graph.h"

namespace mlplan::worker {
namespace {

using torch::jit::Value;
using Kind = Extent::Kind;

constexpr const char* kBatch = "batch";
constexpr const char* kSequence = "seq";

// Sizes tried in this order for dimensions that no weight fixes: 1-D signals, images, volumes.
constexpr std::array<std::array<std::int64_t, 9>, 3> kSpatialSizes = {{{16000, 1024, 128, 784, 3000, 512, 256, 100, 64},
                                                                       {224, 32, 28, 64, 96, 112, 128, 256, 299},
                                                                       {32, 64, 112, 128, 16, 224, 96, 28, 48}}};
constexpr std::array<std::int64_t, 4> kSequenceLengths = {128, 64, 32, 16};

struct Choice {  // indices into the tables above
  std::size_t spatial = 0;
  std::size_t sequence = 0;
  bool three_dimensional = false;  // what a linear layer reads, instead of two
  bool one_dimensional = false;    // what an embedding reads, instead of two
};

struct Open {  // which choices made a difference
  bool spatial = false;
  bool sequence = false;
  bool rank = false;
  bool index_rank = false;
};

bool is_integer(DType dtype) {
  return dtype == DType::i64 || dtype == DType::i32 || dtype == DType::i16 || dtype == DType::i8 || dtype == DType::u8;
}

bool is_floating(DType dtype) {
  return dtype == DType::f64 || dtype == DType::f32 || dtype == DType::f16 || dtype == DType::bf16;
}

bool named_like_mask(const std::string& name) {
  std::string lower = name;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower.find("mask") != std::string::npos;
}

std::string shape_text(DType dtype, const std::vector<std::int64_t>& sizes) {
  std::string out(name_of(dtype));
  for (std::size_t i = 0; i < sizes.size(); ++i) out += (i == 0 ? "[" : ",") + std::to_string(sizes[i]);
  return out + (sizes.empty() ? "[]" : "]");
}

class Inferer {
 public:
  Inferer(const torch::jit::Module& module, const torch::jit::Method& method)
      : schema_(method.function().getSchema()), view_(module, method.graph()) {}

  Inference run() {
    Inference out;
    find_row_numbers();
    out.candidates.push_back(candidate({}, &out));
    const Open open = open_;
    if (!out.not_inferred.empty()) return out;
    const auto either = [](bool is_open) {
      return is_open ? std::vector<bool>{false, true} : std::vector<bool>{false};
    };
    for (const bool one : either(open.index_rank)) {
      for (const bool three : either(open.rank)) {
        for (std::size_t sequence = 0; sequence < (open.sequence || three ? kSequenceLengths.size() : 1); ++sequence) {
          for (std::size_t spatial = 0; spatial < (open.spatial ? kSpatialSizes[0].size() : 1); ++spatial) {
            if (one || three || sequence + spatial > 0)
              out.candidates.push_back(candidate({spatial, sequence, three, one}, nullptr));
          }
        }
      }
    }
    return out;
  }

 private:
  Candidate candidate(const Choice& choice, Inference* inference) {
    Candidate out;
    choice_ = choice;
    open_ = {};
    current_ = &out;
    for (std::size_t i = 1; i < schema_.arguments().size(); ++i) {
      const c10::Argument& argument = schema_.arguments()[i];
      Value* value = view_.graph().inputs()[i];
      if (argument.default_value()) {
        if (auto input = from_default(argument.name(), *argument.default_value()))
          out.inputs.push_back(std::move(*input));
        continue;  // what has no spelling is left to the method's own default
      }
      if (auto input = infer(argument.name(), value->type(), {value})) {
        out.inputs.push_back(std::move(*input));
      } else if (inference != nullptr) {
        inference->not_inferred.push_back(argument.type()->annotation_str() + " " + argument.name());
        inference->to_edit.push_back(placeholder(argument.name(), argument.type(), {value}));
      }
    }
    current_ = nullptr;
    return out;
  }

  static std::optional<InputSpec> from_default(const std::string& name, const c10::IValue& value) {
    InputSpec out;
    out.name = name;
    out.kind = InputSpec::Kind::scalar;
    out.from = "default";
    out.reason = "the method's own default";
    if (value.isNone()) return out;
    if (value.isDouble())
      out.scalar = value.toDouble();
    else if (value.isInt())
      out.scalar = value.toInt();
    else if (value.isBool())
      out.scalar = value.toBool();
    else if (value.isString())
      out.scalar = value.toStringRef();
    else
      return std::nullopt;
    return out;
  }

  std::optional<InputSpec> infer(const std::string& name, const c10::TypePtr& type, const std::vector<Value*>& roots) {
    if (type->kind() == c10::TypeKind::TensorType) return tensor(name, *type->expect<c10::TensorType>(), roots);
    if (const auto optional = type->cast<c10::OptionalType>()) {
      if (auto found = infer(name, optional->getElementType(), roots)) return found;
      auto none = from_default(name, {});
      none->reason = "optional";
      return none;
    }
    InputSpec out;
    out.name = name;
    if (const auto tuple = type->cast<c10::TupleType>()) {
      out.kind = InputSpec::Kind::tuple;
      const auto parts = view_.parts(roots);
      for (std::size_t i = 0; i < tuple->elements().size(); ++i) {
        const auto part = parts.find(static_cast<std::int64_t>(i));
        if (!add_item(out, std::to_string(i), tuple->elements()[i],
                      part == parts.end() ? std::vector<Value*>{} : part->second))
          return std::nullopt;
      }
    } else if (const auto list = type->cast<c10::ListType>()) {
      out.kind = InputSpec::Kind::list;
      std::int64_t next = 0;
      for (const auto& [key, values] : view_.parts(roots)) {
        const auto* index = std::get_if<std::int64_t>(&key);
        // Read in a loop (-1): one item stands for any number of them.
        if (index == nullptr || (*index != next && *index != -1)) return std::nullopt;
        if (!add_item(out, std::to_string(next++), list->getElementType(), values)) return std::nullopt;
      }
    } else if (const auto dict = type->cast<c10::DictType>()) {
      out.kind = InputSpec::Kind::dict;
      for (const auto& [key, values] : view_.parts(roots)) {
        const auto* text = std::get_if<std::string>(&key);
        if (text == nullptr || !add_item(out, *text, dict->getValueType(), values)) return std::nullopt;
      }
    }
    if (out.items.empty()) return std::nullopt;
    out.from = out.items.front().from;
    out.reason = out.items.front().reason;
    return out;
  }

  // What was inferred of an argument, and something to correct for the rest.
  InputSpec placeholder(const std::string& name, const c10::TypePtr& type, const std::vector<Value*>& roots) {
    if (auto found = infer(name, type, roots)) return *std::move(found);
    InputSpec out;
    out.name = name;
    out.tensor.shape = {kBatch, std::int64_t{64}};
    const auto parts = view_.parts(roots);
    if (const auto tuple = type->cast<c10::TupleType>()) {
      out.kind = InputSpec::Kind::tuple;
      for (std::size_t i = 0; i < tuple->elements().size(); ++i) {
        const auto part = parts.find(static_cast<std::int64_t>(i));
        out.items.push_back(placeholder(std::to_string(i), tuple->elements()[i],
                                        part == parts.end() ? std::vector<Value*>{} : part->second));
      }
    } else if (const auto list = type->cast<c10::ListType>()) {
      out.kind = InputSpec::Kind::list;
      const std::vector<Value*> values = parts.empty() ? std::vector<Value*>{} : parts.begin()->second;
      out.items.push_back(placeholder("0", list->getElementType(), values));
    } else if (const auto dict = type->cast<c10::DictType>()) {
      out.kind = InputSpec::Kind::dict;
      for (const auto& [key, values] : parts) {
        if (const auto* text = std::get_if<std::string>(&key))
          out.items.push_back(placeholder(*text, dict->getValueType(), values));
      }
      if (out.items.empty()) out.items.push_back(placeholder("KEY", dict->getValueType(), {}));
    } else if (type->kind() != c10::TypeKind::TensorType) {
      out.kind = InputSpec::Kind::scalar;
      if (type->kind() == c10::TypeKind::FloatType) out.scalar = 1.0;
      if (type->kind() == c10::TypeKind::IntType) out.scalar = std::int64_t{1};
      if (type->kind() == c10::TypeKind::BoolType) out.scalar = true;
      if (type->kind() == c10::TypeKind::StringType) out.scalar = std::string("text");
    }
    return out;
  }

  bool add_item(InputSpec& parent, const std::string& name, const c10::TypePtr& type,
                const std::vector<Value*>& roots) {
    auto item = infer(name, type, roots);
    if (!item) return false;
    parent.items.push_back(std::move(*item));
    return true;
  }

  const std::vector<Evidence>& evidence(const std::vector<Value*>& roots) {
    static const std::vector<Evidence> none;
    if (roots.empty()) return none;
    const auto [found, fresh] = evidence_.try_emplace(roots.front());
    if (fresh) found->second = view_.evidence(roots);
    return found->second;
  }

  std::optional<InputSpec> tensor(const std::string& name, const c10::TensorType& type,
                                  const std::vector<Value*>& roots) {
    const auto sizes = type.sizes().concrete_sizes();
    const auto scalar = type.scalarType();
    if (sizes && scalar && dtype_of(*scalar)) return from_file(name, *dtype_of(*scalar), *sizes, evidence(roots));
    return from_graph(name, evidence(roots));
  }

  // --- shapes that tracing stored
  // -----------------------------------------------------------------------------------------
  InputSpec from_file(const std::string& name, DType dtype, const std::vector<std::int64_t>& sizes,
                      const std::vector<Evidence>& found) {
    std::vector<Kind> kinds(sizes.size(), Kind::fixed);
    if (!kinds.empty()) kinds[0] = Kind::batch;
    const auto exact = std::find_if(found.begin(), found.end(),
                                    [&](const Evidence& one) { return one.exact && one.shape.size() == sizes.size(); });
    const bool columns = std::any_of(found.begin(), found.end(), [&](const Evidence& one) {
      return one.shape.size() >= 2 && one.shape[1].kind == Kind::at_least;
    });
    if (exact != found.end()) {
      for (std::size_t i = 0; i < kinds.size(); ++i) kinds[i] = exact->shape[i].kind;
    } else if (sizes.size() == 2 && !columns &&
               (is_integer(dtype) || dtype == DType::boolean || named_like_mask(name))) {
      kinds[1] = Kind::sequence;
    }
    InputSpec out;
    out.name = name;
    out.from = "file";
    out.reason = "traced with " + shape_text(dtype, sizes);
    out.tensor.dtype = dtype;
    for (std::size_t i = 0; i < sizes.size(); ++i) out.tensor.shape.push_back(traced_dim(kinds[i], sizes[i]));
    choose_values(out, found);
    return out;
  }

  // A symbol where the extent is the one that the same symbol has elsewhere, else the number.
  Dim traced_dim(Kind kind, std::int64_t size) {
    if (kind != Kind::batch && kind != Kind::sequence) return size;
    std::string symbol = kind == Kind::batch ? kBatch : kSequence;
    const auto [known, fresh] = current_->traced.try_emplace(symbol, size);
    if (known->second != size) return size;
    current_->dim_defaults[symbol] = kind == Kind::batch ? 1 : size;
    return symbol;
  }

  // --- shapes that layers ask for
  // -----------------------------------------------------------------------------------------
  std::optional<InputSpec> from_graph(const std::string& name, const std::vector<Evidence>& found) {
    const auto first = std::find_if(found.begin(), found.end(), [](const Evidence& one) { return !one.beyond; });
    if (first == found.end()) return named_like_mask(name) ? mask(name) : std::nullopt;
    std::vector<Extent> shape = first->shape;
    bool open = first->open;
    // A later layer that takes one rank only says how many dimensions there are.
    const auto exact = std::find_if(found.begin(), found.end(), [&](const Evidence& one) {
      return one.exact && !one.open && one.shape.size() >= shape.size();
    });
    if (open && exact != found.end()) {
      std::vector<Extent> whole = exact->shape;
      for (std::size_t i = 0; i < shape.size(); ++i) {
        if (shape[shape.size() - 1 - i].kind != Kind::unknown)
          whole[whole.size() - 1 - i] = shape[shape.size() - 1 - i];
      }
      shape = std::move(whole);
      open = false;
    }
    for (const Evidence& one : found) {  // the highest column that is read anywhere
      for (std::size_t i = 0; i < std::min(shape.size(), one.shape.size()); ++i) {
        if (one.shape[i].kind != Kind::at_least || one.shape.size() != shape.size()) continue;
        if (shape[i].kind == Kind::at_least || shape[i].kind == Kind::unknown) {
          shape[i] = {Kind::at_least, std::max(shape[i].value, one.shape[i].value)};
        }
      }
    }
    if (open) {
      (first->indices ? open_.index_rank : open_.rank) = true;
      const std::size_t rank = first->indices ? (choice_.one_dimensional ? 1 : 2) : (choice_.three_dimensional ? 3 : 2);
      while (shape.size() < rank) shape.insert(shape.begin(), Extent{});
    }
    if (std::none_of(shape.begin(), shape.end(), [](const Extent& one) { return one.kind == Kind::batch; })) {
      const auto unknown =
          std::find_if(shape.begin(), shape.end(), [](const Extent& one) { return one.kind == Kind::unknown; });
      if (unknown != shape.end()) unknown->kind = Kind::batch;
    }
    InputSpec out;
    out.name = name;
    out.from = "graph";
    out.reason = first->reason;
    out.tensor.dtype = first->dtype.value_or(DType::f32);
    for (const Extent& extent : shape) out.tensor.shape.push_back(guessed_dim(extent));
    choose_values(out, found);
    return out;
  }

  Dim guessed_dim(const Extent& extent) {
    switch (extent.kind) {
      case Kind::fixed:
      case Kind::at_least: return extent.value;
      case Kind::batch: current_->dim_defaults[kBatch] = 1; return kBatch;
      case Kind::unknown:
      case Kind::sequence:
        open_.sequence = true;
        current_->dim_defaults[kSequence] = kSequenceLengths[choice_.sequence];
        return kSequence;
      case Kind::spatial: break;
    }
    open_.spatial = true;
    return kSpatialSizes[static_cast<std::size_t>(extent.value - 1)][choice_.spatial];
  }

  // A mask that no layer reads has the shape of the ids beside it.
  std::optional<InputSpec> mask(const std::string& name) {
    if (!row_numbers_) return std::nullopt;
    std::optional<InputSpec> out = tensor(name, *c10::TensorType::get(), {row_numbers_});
    if (!out) return out;
    out->reason = "named like a mask: the shape of '" + row_numbers_name_ + "', all ones";
    out->tensor.dtype = DType::i64;
    out->tensor.fill = Fill::ones;
    return out;
  }

  void find_row_numbers() {
    for (std::size_t i = 1; i < schema_.arguments().size() && row_numbers_ == nullptr; ++i) {
      Value* value = view_.graph().inputs()[i];
      if (value->type()->kind() != c10::TypeKind::TensorType) continue;
      const auto& found = evidence({value});
      if (std::none_of(found.begin(), found.end(), [](const Evidence& one) { return one.indices; })) continue;
      row_numbers_ = value;
      row_numbers_name_ = schema_.arguments()[i].name();
    }
  }

  static void choose_values(InputSpec& input, const std::vector<Evidence>& found) {
    TensorSpec& tensor = input.tensor;
    if (is_floating(tensor.dtype)) {
      if (named_like_mask(input.name) && tensor.shape.size() == 2) tensor.fill = Fill::ones;
      return;
    }
    if (!is_integer(tensor.dtype)) {
      if (tensor.dtype == DType::boolean) tensor.fill = Fill::ones;
      return;
    }
    std::int64_t low = std::numeric_limits<std::int64_t>::min();
    std::int64_t high = std::numeric_limits<std::int64_t>::max();
    const Evidence* table = nullptr;
    for (const Evidence& one : found) {
      if (!one.indices || one.beyond) continue;
      if (one.offsets) {
        tensor.fill = Fill::arange;
        return;
      }
      low = std::max(low, one.low);
      if (one.high < high) table = &one;
      high = std::min(high, one.high);
    }
    if (table == nullptr || low > high) {
      tensor.fill = Fill::ones;
      input.reason += ", no table is indexed by it: ones";
      return;
    }
    tensor.fill = Fill::range;
    tensor.low = low;
    tensor.high = high;
    if (input.from == "file") input.reason += ", " + table->reason;
  }

  const c10::FunctionSchema& schema_;
  GraphView view_;
  std::map<const Value*, std::vector<Evidence>> evidence_;
  Value* row_numbers_ = nullptr;
  std::string row_numbers_name_;
  Choice choice_;
  Open open_;
  Candidate* current_ = nullptr;
};

}  // namespace

Inference infer_inputs(const torch::jit::Module& module, const std::string& method) {
  return Inferer(module, module.get_method(method)).run();
}

}  // namespace mlplan::worker
