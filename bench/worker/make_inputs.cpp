#include "bench/worker/make_inputs.h"

#include <ATen/core/Dict.h>
#include <ATen/core/List.h>
#include <ATen/core/jit_type.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/view_as_complex.h>
#include <ATen/ops/zeros.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <optional>
#include <sstream>

#include "bench/worker/failure.h"
#include "bench/worker/fill.h"

namespace mlplan::worker {
namespace {

constexpr std::int64_t kLargestInput = std::int64_t{1} << 40;  // elements: beyond it a shape is a mistake

at::ScalarType scalar_type(DType dtype) {
  switch (dtype) {
    case DType::f64: return at::kDouble;
    case DType::f32: return at::kFloat;
    case DType::f16: return at::kHalf;
    case DType::bf16: return at::kBFloat16;
    case DType::i64: return at::kLong;
    case DType::i32: return at::kInt;
    case DType::i16: return at::kShort;
    case DType::i8: return at::kChar;
    case DType::u8: return at::kByte;
    case DType::boolean: return at::kBool;
    case DType::c64: return at::kComplexFloat;
  }
  throw Failure("internal", "unknown dtype");
}

class Maker {
 public:
  explicit Maker(const InputRequest& request, const std::vector<at::Tensor>* given = nullptr,
                 std::optional<c10::Device> device = std::nullopt)
      : request_(request), given_(given), device_(device) {}

  // The next tensor is the `index`-th of those given.
  void go_to(std::size_t index) { next_given_ = index; }

  at::Tensor tensor(const InputSpec& input) {
    const at::Tensor out = tensor_on_host(input);
    return device_ ? out.to(*device_) : out;
  }

  // `expected` may be null: then the value's own type decides.
  c10::IValue value(const InputSpec& input, c10::TypePtr expected) {
    if (expected) {
      if (const auto optional = expected->cast<c10::OptionalType>()) {
        if (input.kind == InputSpec::Kind::scalar && std::holds_alternative<std::monostate>(input.scalar)) return {};
        expected = optional->getElementType();
      }
    }
    switch (input.kind) {
      case InputSpec::Kind::tensor: return tensor(input);
      case InputSpec::Kind::scalar: return scalar(input, expected);
      case InputSpec::Kind::list: return list(input, expected);
      case InputSpec::Kind::tuple: return tuple(input, expected);
      case InputSpec::Kind::dict: return dict(input, expected);
    }
    throw Failure("internal", "unknown kind of input");
  }

  void flatten(const InputSpec& input, std::vector<at::Tensor>& out) {
    if (input.kind == InputSpec::Kind::tensor) out.push_back(tensor(input));
    if (input.kind == InputSpec::Kind::scalar) return;  // compiled into the package
    for (const InputSpec& item : input.items) flatten(item, out);
  }

 private:
  at::Tensor tensor_on_host(const InputSpec& input) {
    if (given_ != nullptr) return given_->at(next_given_++);
    const TensorSpec& spec = input.tensor;
    const std::vector<std::int64_t> shape = shape_of(input);
    const at::ScalarType type = scalar_type(spec.dtype);
    Random random(request_.seed * 0x9E3779B97F4A7C15U + ++leaves_);  // each tensor its own, whatever comes before it
    const bool floating = at::isFloatingType(type) || at::isComplexType(type);
    switch (spec.fill) {
      case Fill::zeros: return at::zeros(shape, type);
      case Fill::ones: return at::ones(shape, type);
      case Fill::arange: {
        std::int64_t count = 1;
        for (const std::int64_t extent : shape) count *= extent;
        return at::arange(count, at::kLong).to(type).reshape(shape);
      }
      case Fill::uniform: return floats(shape, type, random, fill_uniform);
      case Fill::randn: return floats(shape, type, random, fill_normal);
      case Fill::range: return integers(input, shape, type, random);
      case Fill::automatic: break;
    }
    if (floating) return floats(shape, type, random, fill_normal);
    if (type == at::kBool && spec.low == 0 && spec.high == 0) return at::ones(shape, type);
    return integers(input, shape, type, random);
  }

  std::vector<std::int64_t> shape_of(const InputSpec& input) const {
    std::vector<std::int64_t> out;
    std::int64_t count = 1;
    for (const Dim& dim : input.tensor.shape) {
      std::int64_t extent = 0;
      if (const auto* fixed = std::get_if<std::int64_t>(&dim)) {
        extent = *fixed;
      } else {
        const auto& symbol = std::get<std::string>(dim);
        const auto found = request_.dims.find(symbol);
        if (found == request_.dims.end()) {
          throw Failure("input", "dimension '" + symbol + "' of input '" + input.name + "' has no value",
                        "give it one with --dim " + symbol + "=N");
        }
        extent = found->second;
      }
      if (extent < 0) throw Failure("input", "a dimension of input '" + input.name + "' is negative");
      if (extent > 0 && count > kLargestInput / extent)
        throw Failure("input", "input '" + input.name + "' is too large");
      count *= std::max<std::int64_t>(extent, 1);
      out.push_back(extent);
    }
    return out;
  }

  template <class Filler>
  static at::Tensor floats(const std::vector<std::int64_t>& shape, at::ScalarType type, Random& random, Filler fill) {
    if (at::isComplexType(type)) {
      std::vector<std::int64_t> parts = shape;
      parts.push_back(2);
      return at::view_as_complex(floats(parts, at::kFloat, random, fill));
    }
    at::Tensor out = at::empty(shape, at::kFloat);
    fill(std::span<float>(out.data_ptr<float>(), static_cast<std::size_t>(out.numel())), random);
    return type == at::kFloat ? out : out.to(type);
  }

  static at::Tensor integers(const InputSpec& input, const std::vector<std::int64_t>& shape, at::ScalarType type,
                             Random& random) {
    const std::int64_t low = input.tensor.low;
    const std::int64_t high = input.tensor.high;
    if (high < low)
      throw Failure("input", "the range of input '" + input.name + "' is empty", "write LOW..HIGH, both inclusive");
    if (low == high) return at::full(shape, low, at::TensorOptions(type));
    at::Tensor out = at::empty(shape, at::kLong);
    fill_range(std::span<std::int64_t>(out.data_ptr<std::int64_t>(), static_cast<std::size_t>(out.numel())), low, high,
               random);
    return type == at::kLong ? out : out.to(type);
  }

  static c10::IValue scalar(const InputSpec& input, const c10::TypePtr& expected) {
    const bool as_float = expected && expected->kind() == c10::TypeKind::FloatType;
    const bool as_bool = expected && expected->kind() == c10::TypeKind::BoolType;
    if (const auto* number = std::get_if<std::int64_t>(&input.scalar)) {
      if (as_float) return static_cast<double>(*number);
      if (as_bool) return *number != 0;
      return *number;
    }
    if (const auto* number = std::get_if<double>(&input.scalar)) return *number;
    if (const auto* flag = std::get_if<bool>(&input.scalar)) return *flag;
    if (const auto* text = std::get_if<std::string>(&input.scalar)) return *text;
    return {};
  }

  c10::IValue list(const InputSpec& input, const c10::TypePtr& expected) {
    const auto type = expected ? expected->cast<c10::ListType>() : nullptr;
    const c10::TypePtr element = type ? type->getElementType() : nullptr;
    std::vector<c10::IValue> items = all(input, [&](std::size_t) -> const c10::TypePtr& { return element; });
    c10::impl::GenericList out(element         ? element
                               : items.empty() ? c10::TypePtr(c10::TensorType::get())
                                               : items.front().type());
    for (c10::IValue& item : items) out.push_back(std::move(item));
    return out;
  }

  c10::IValue tuple(const InputSpec& input, const c10::TypePtr& expected) {
    const auto type = expected ? expected->cast<c10::TupleType>() : nullptr;
    std::vector<c10::IValue> items = all(input, [&](std::size_t i) -> c10::TypePtr {
      return type && i < type->elements().size() ? type->elements()[i] : nullptr;
    });
    if (type && type->name()) return c10::ivalue::Tuple::createNamed(std::move(items), type);
    return c10::ivalue::Tuple::create(std::move(items));
  }

  c10::IValue dict(const InputSpec& input, const c10::TypePtr& expected) {
    const auto type = expected ? expected->cast<c10::DictType>() : nullptr;
    const c10::TypePtr element = type ? type->getValueType() : nullptr;
    const c10::TypePtr key = type ? type->getKeyType() : c10::TypePtr(c10::StringType::get());
    std::vector<c10::IValue> items = all(input, [&](std::size_t) -> const c10::TypePtr& { return element; });
    c10::impl::GenericDict out(key, element         ? element
                                    : items.empty() ? c10::TypePtr(c10::TensorType::get())
                                                    : items.front().type());
    for (std::size_t i = 0; i < items.size(); ++i) out.insert(key_of(input.items[i].name, key), std::move(items[i]));
    return out;
  }

  static c10::IValue key_of(const std::string& name, const c10::TypePtr& type) {
    if (type->kind() != c10::TypeKind::IntType) return name;
    try {
      return static_cast<std::int64_t>(std::stoll(name));
    } catch (const std::exception&) {
      throw Failure("input", "the key '" + name + "' must be a whole number");
    }
  }

  template <class TypeAt>
  std::vector<c10::IValue> all(const InputSpec& input, TypeAt type_at) {
    std::vector<c10::IValue> out;
    out.reserve(input.items.size());
    for (std::size_t i = 0; i < input.items.size(); ++i) out.push_back(value(input.items[i], type_at(i)));
    return out;
  }

  const InputRequest& request_;
  const std::vector<at::Tensor>* given_;
  std::optional<c10::Device> device_;
  std::size_t next_given_ = 0;
  std::uint64_t leaves_ = 0;
};

// Index into `inputs` for each argument after self.
std::vector<std::optional<std::size_t>> match(const std::vector<InputSpec>& inputs, const c10::FunctionSchema& schema) {
  const std::vector<c10::Argument>& arguments = schema.arguments();
  const std::size_t count = arguments.size() - 1;
  std::vector<std::optional<std::size_t>> out(count);
  std::vector<std::size_t> unknown;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    bool found = false;
    for (std::size_t k = 0; k < count && !found; ++k) {
      found = arguments[k + 1].name() == inputs[i].name;
      if (found) out[k] = i;
    }
    if (!found) unknown.push_back(i);
  }
  const auto complain = [&schema](const std::string& what) -> Failure {
    return {"input", what + "; the method is " + signature_of(schema),
            "see `mlplan inspect` for --input lines to edit"};
  };
  if (inputs.size() > count) {
    throw complain(std::to_string(inputs.size()) + " inputs were given for " + std::to_string(count) + " arguments");
  }
  if (unknown.empty()) return out;
  if (unknown.size() < inputs.size()) throw complain("there is no argument '" + inputs[unknown.front()].name + "'");
  for (std::size_t i = 0; i < inputs.size(); ++i) out[i] = i;
  return out;
}

std::string plain_type(const c10::TypePtr& type) {
  std::string text = type->annotation_str();
  // __torch__.package.Class -> Class
  for (std::size_t at = text.find("__torch__."); at != std::string::npos; at = text.find("__torch__.", at)) {
    std::size_t end = at;
    std::size_t last_dot = at;
    for (; end < text.size() &&
           (std::isalnum(static_cast<unsigned char>(text[end])) != 0 || text[end] == '_' || text[end] == '.');
         ++end) {
      if (text[end] == '.') last_dot = end;
    }
    text.erase(at, last_dot + 1 - at);
  }
  return text;
}

}  // namespace

std::string signature_of(const c10::FunctionSchema& schema) {
  std::ostringstream out;
  out << schema.name() << '(';
  for (std::size_t i = 1; i < schema.arguments().size(); ++i) {
    const c10::Argument& argument = schema.arguments()[i];
    out << (i > 1 ? ", " : "") << plain_type(argument.type()) << ' ' << argument.name();
    if (argument.default_value()) out << '=' << *argument.default_value();
  }
  out << ')';
  for (std::size_t i = 0; i < schema.returns().size(); ++i) {
    out << (i == 0 ? " -> " : ", ") << plain_type(schema.returns()[i].type());
  }
  return out.str();
}

namespace {

std::size_t count_tensors(const InputSpec& input) {
  std::size_t count = input.kind == InputSpec::Kind::tensor ? 1 : 0;
  for (const InputSpec& item : input.items) count += count_tensors(item);
  return count;
}

void add_tensor_specs(const std::vector<InputSpec>& inputs, std::vector<const InputSpec*>& out) {
  for (const InputSpec& input : inputs) {
    if (input.kind == InputSpec::Kind::tensor) out.push_back(&input);
    add_tensor_specs(input.items, out);
  }
}

std::vector<c10::IValue> make_arguments(const InputRequest& request, const c10::FunctionSchema& schema,
                                        const std::vector<at::Tensor>* given, std::optional<c10::Device> device) {
  const c10::InferenceMode guard;
  const auto matched = match(request.inputs, schema);
  Maker maker(request, given, device);
  std::vector<std::size_t> first_tensor;  // of each input
  std::size_t tensors = 0;
  for (const InputSpec& input : request.inputs) {
    first_tensor.push_back(tensors);
    tensors += count_tensors(input);
  }
  std::vector<c10::IValue> out;
  out.reserve(matched.size());
  for (std::size_t i = 0; i < matched.size(); ++i) {
    const c10::Argument& argument = schema.arguments()[i + 1];
    if (matched[i]) {
      const InputSpec& input = request.inputs[*matched[i]];
      maker.go_to(first_tensor[*matched[i]]);
      c10::IValue value = maker.value(input, argument.type());
      if (!value.type<c10::Type>()->isSubtypeOf(*argument.type())) {
        throw Failure(
            "input",
            "input '" + input.name + "' is " + plain_type(value.type()) + ", but the method is " + signature_of(schema),
            "see `mlplan inspect` for --input lines to edit");
      }
      out.push_back(std::move(value));
    } else if (argument.default_value()) {
      out.push_back(*argument.default_value());
    } else if (argument.type()->kind() == c10::TypeKind::OptionalType) {
      out.emplace_back();
    } else {
      throw Failure("input",
                    "there is no input for argument '" + argument.name() + "'; the method is " + signature_of(schema),
                    "add --input '" + argument.name() + ":f32[...]', see `mlplan inspect`");
    }
  }
  return out;
}

}  // namespace

std::vector<const InputSpec*> tensor_specs(const std::vector<InputSpec>& inputs) {
  std::vector<const InputSpec*> out;
  add_tensor_specs(inputs, out);
  return out;
}

std::vector<c10::IValue> make_arguments(const InputRequest& request, const c10::FunctionSchema& schema,
                                        std::optional<c10::Device> device) {
  return make_arguments(request, schema, nullptr, device);
}

std::vector<c10::IValue> make_arguments(const InputRequest& request, const c10::FunctionSchema& schema,
                                        const std::vector<at::Tensor>& tensors, std::optional<c10::Device> device) {
  return make_arguments(request, schema, &tensors, device);
}

std::vector<at::Tensor> make_flat_tensors(const InputRequest& request) {
  const c10::InferenceMode guard;
  Maker maker(request);
  std::vector<at::Tensor> out;
  for (const InputSpec& input : request.inputs) maker.flatten(input, out);
  return out;
}

}  // namespace mlplan::worker
