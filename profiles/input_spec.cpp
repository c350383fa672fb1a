#include "profiles/input_spec.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "profiles/support/json_fields.h"

namespace mlplan {

namespace {

struct DTypeFacts {
  DType dtype;
  std::string_view name;
  std::int64_t bytes;
};

constexpr std::array<DTypeFacts, 11> kDTypes = {{{DType::f64, "f64", 8},
                                                 {DType::f32, "f32", 4},
                                                 {DType::f16, "f16", 2},
                                                 {DType::bf16, "bf16", 2},
                                                 {DType::i64, "i64", 8},
                                                 {DType::i32, "i32", 4},
                                                 {DType::i16, "i16", 2},
                                                 {DType::i8, "i8", 1},
                                                 {DType::u8, "u8", 1},
                                                 {DType::boolean, "bool", 1},
                                                 {DType::c64, "c64", 8}}};

template <class Enum, std::size_t n>
using Names = std::array<std::pair<Enum, const char*>, n>;

constexpr Names<InputSpec::Kind, 5> kKinds = {{{InputSpec::Kind::tensor, "tensor"},
                                               {InputSpec::Kind::scalar, "scalar"},
                                               {InputSpec::Kind::list, "list"},
                                               {InputSpec::Kind::tuple, "tuple"},
                                               {InputSpec::Kind::dict, "dict"}}};

constexpr Names<Fill, 7> kFills = {{{Fill::automatic, "automatic"},
                                    {Fill::zeros, "zeros"},
                                    {Fill::ones, "ones"},
                                    {Fill::randn, "randn"},
                                    {Fill::uniform, "uniform"},
                                    {Fill::range, "range"},
                                    {Fill::arange, "arange"}}};

template <class Enum, std::size_t n>
const char* name_in(const Names<Enum, n>& names, Enum value) {
  return std::find_if(names.begin(), names.end(), [value](const auto& entry) { return entry.first == value; })->second;
}

template <class Json>
[[noreturn]] void refuse(const Json& json, const std::string& message) {
  throw Json::other_error::create(501, message, &json);
}

template <class Enum, std::size_t n, class Json>
Enum value_in(const Names<Enum, n>& names, const Json& json, const char* what) {
  const auto& text = json.template get_ref<const std::string&>();
  const auto found =
      std::find_if(names.begin(), names.end(), [&text](const auto& entry) { return text == entry.second; });
  if (found == names.end()) refuse(json, "\"" + text + "\" is no " + what);
  return found->first;
}

// Nesting that a reader follows; deeper input is refused instead of exhausting the stack.
constexpr int kMaxDepth = 32;

template <class Json>
void write_tensor(Json& json, const TensorSpec& tensor) {
  json["dtype"] = std::string(name_of(tensor.dtype));
  Json& shape = json["shape"] = Json::array();
  for (const Dim& dim : tensor.shape) std::visit([&shape](const auto& value) { shape.push_back(value); }, dim);
  json["fill"] = name_in(kFills, tensor.fill);
  if (tensor.fill == Fill::range || tensor.low != 0 || tensor.high != 0) {
    json["low"] = tensor.low;
    json["high"] = tensor.high;
  }
}

template <class Json>
void write_scalar(Json& json, const ScalarSpec& scalar) {
  struct Visitor {
    Json& json;
    void operator()(std::monostate) const { put("none", nullptr); }
    void operator()(bool value) const { put("bool", value); }
    void operator()(std::int64_t value) const { put("int", value); }
    void operator()(const std::string& value) const { put("str", value); }
    void operator()(double value) const {
      if (std::isnan(value)) return put("float", "nan");
      if (std::isinf(value)) return put("float", value > 0 ? "inf" : "-inf");
      put("float", nullptr);
      json_fields::write(json["value"], value);
    }
    void put(const char* type, Json value) const {
      json["type"] = type;
      json["value"] = std::move(value);
    }
  };
  std::visit(Visitor{json}, scalar);
}

template <class Json>
void write_input(Json& json, const InputSpec& input, bool root) {
  json = Json::object();
  json["name"] = input.name;
  json["kind"] = name_in(kKinds, input.kind);
  switch (input.kind) {
    case InputSpec::Kind::tensor: write_tensor(json, input.tensor); break;
    case InputSpec::Kind::scalar: write_scalar(json, input.scalar); break;
    case InputSpec::Kind::list:
    case InputSpec::Kind::tuple:
    case InputSpec::Kind::dict: {
      Json& items = json["items"] = Json::array();
      for (const InputSpec& item : input.items) write_input(items.emplace_back(nullptr), item, false);
      break;
    }
  }
  if (root || input.from != "flag") json["from"] = input.from;
  if (!input.reason.empty()) json["reason"] = input.reason;
}

template <class Json>
void read_tensor(const Json& json, TensorSpec& tensor) {
  const auto& dtype = json.at("dtype").template get_ref<const std::string&>();
  const std::optional<DType> parsed = parse_dtype(dtype);
  if (!parsed) refuse(json, "\"" + dtype + "\" is no dtype");
  tensor.dtype = *parsed;
  for (const Json& dim : json.at("shape").template get_ref<const typename Json::array_t&>()) {
    if (dim.is_string()) {
      tensor.shape.emplace_back(dim.template get<std::string>());
    } else {
      std::int64_t extent = 0;
      json_fields::read(dim, extent);
      tensor.shape.emplace_back(extent);
    }
  }
  if (const auto fill = json.find("fill"); fill != json.end()) tensor.fill = value_in(kFills, *fill, "fill");
  if (const auto low = json.find("low"); low != json.end()) json_fields::read(*low, tensor.low);
  if (const auto high = json.find("high"); high != json.end()) json_fields::read(*high, tensor.high);
}

template <class Json>
void read_scalar(const Json& json, ScalarSpec& scalar) {
  const auto& type = json.at("type").template get_ref<const std::string&>();
  if (type == "none") {
    scalar = std::monostate{};
    return;
  }
  const Json& value = json.at("value");
  if (type == "bool") {
    scalar = value.template get<bool>();
  } else if (type == "str") {
    std::string text;
    json_fields::read(value, text);
    scalar = std::move(text);
  } else if (type == "int") {
    std::int64_t number = 0;
    json_fields::read(value, number);
    scalar = number;
  } else if (type != "float") {
    refuse(json, "\"" + type + "\" is no type of a scalar");
  } else if (!value.is_string()) {
    scalar = value.template get<double>();
  } else if (value == "nan") {
    scalar = std::numeric_limits<double>::quiet_NaN();
  } else if (value == "inf" || value == "-inf") {
    scalar = value == "inf" ? std::numeric_limits<double>::infinity() : -std::numeric_limits<double>::infinity();
  } else {
    refuse(json, "a float is a number, \"inf\", \"-inf\" or \"nan\"");
  }
}

template <class Json>
void read_input(const Json& json, InputSpec& input, int depth) {
  if (depth > kMaxDepth) refuse(json, "an input is nested deeper than " + std::to_string(kMaxDepth) + " levels");
  input = InputSpec{};
  json_fields::read(json.at("name"), input.name);
  if (const auto kind = json.find("kind"); kind != json.end()) input.kind = value_in(kKinds, *kind, "kind of an input");
  if (input.kind == InputSpec::Kind::tensor) {
    read_tensor(json, input.tensor);
  } else if (input.kind == InputSpec::Kind::scalar) {
    read_scalar(json, input.scalar);
  } else {
    for (const Json& item : json.at("items").template get_ref<const typename Json::array_t&>()) {
      read_input(item, input.items.emplace_back(), depth + 1);
    }
  }
  if (const auto from = json.find("from"); from != json.end()) input.from = from->template get<std::string>();
  if (const auto reason = json.find("reason"); reason != json.end()) input.reason = reason->template get<std::string>();
}

void collect_symbols(const std::vector<InputSpec>& inputs, std::vector<std::string>& symbols) {
  for (const InputSpec& input : inputs) {
    if (input.kind == InputSpec::Kind::tensor) {
      for (const Dim& dim : input.tensor.shape) {
        const auto* symbol = std::get_if<std::string>(&dim);
        if (symbol != nullptr && std::find(symbols.begin(), symbols.end(), *symbol) == symbols.end()) {
          symbols.push_back(*symbol);
        }
      }
    }
    collect_symbols(input.items, symbols);
  }
}

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

std::int64_t times(std::int64_t a, std::int64_t b) {  // for values that are not negative; stays at the maximum
  std::int64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? kMost : product;
}

}  // namespace

std::string_view name_of(DType dtype) {
  return std::find_if(kDTypes.begin(), kDTypes.end(), [dtype](const auto& facts) { return facts.dtype == dtype; })
      ->name;
}

std::optional<DType> parse_dtype(std::string_view text) {
  for (const DTypeFacts& facts : kDTypes) {
    if (facts.name == text) return facts.dtype;
  }
  return std::nullopt;
}

std::int64_t bytes_of(DType dtype) {
  return std::find_if(kDTypes.begin(), kDTypes.end(), [dtype](const auto& facts) { return facts.dtype == dtype; })
      ->bytes;
}

std::vector<std::string> symbols_of(const std::vector<InputSpec>& inputs) {
  std::vector<std::string> symbols;
  collect_symbols(inputs, symbols);
  return symbols;
}

std::int64_t bytes_of(const std::vector<InputSpec>& inputs, const std::map<std::string, std::int64_t>& dims) {
  std::int64_t total = 0;
  for (const InputSpec& input : inputs) {
    std::int64_t bytes = 0;
    if (input.kind == InputSpec::Kind::tensor) {
      std::int64_t elements = 1;
      for (const Dim& dim : input.tensor.shape) {
        const auto* symbol = std::get_if<std::string>(&dim);
        std::int64_t extent = 1;
        if (symbol == nullptr) {
          extent = std::get<std::int64_t>(dim);
        } else if (const auto value = dims.find(*symbol); value != dims.end()) {
          extent = value->second;
        }
        if (extent == 0) {  // whatever the others are, even beyond what can be counted
          elements = 0;
          break;
        }
        elements = times(elements, extent);
      }
      bytes = times(elements, bytes_of(input.tensor.dtype));
    }
    for (const std::int64_t part : {bytes, bytes_of(input.items, dims)})
      total = part > kMost - total ? kMost : total + part;
  }
  return total;
}

void to_json(nlohmann::json& json, const InputSpec& input) { write_input(json, input, true); }
void to_json(nlohmann::ordered_json& json, const InputSpec& input) { write_input(json, input, true); }
void from_json(const nlohmann::json& json, InputSpec& input) { read_input(json, input, 0); }
void from_json(const nlohmann::ordered_json& json, InputSpec& input) { read_input(json, input, 0); }

}  // namespace mlplan
