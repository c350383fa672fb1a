#include "bench/worker/aoti_bounds.h"

#include <algorithm>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <regex>
#include <set>

#include "bench/worker/describe_text.h"

namespace mlplan::worker {
namespace {

constexpr std::int64_t kUnbounded = std::numeric_limits<std::int32_t>::max();  // exported bounds beyond this mean "any"
constexpr std::int64_t kUsualSequence = 128;

struct GeneratedDim {
  std::optional<std::int64_t> fixed = {};
  std::optional<std::int64_t> low = {};
  std::optional<std::int64_t> high = {};
  std::string symbol = {};  // of the generated code, where it reads this dimension: "s23"
};

struct GeneratedInput {
  std::string variable;  // "arg5_1"
  std::optional<DType> dtype = {};
  std::vector<GeneratedDim> dims = {};
};

std::string_view between(std::string_view text, std::string_view begin, std::string_view end) {
  const std::size_t from = text.find(begin);
  if (from == std::string_view::npos) return {};
  text.remove_prefix(from + begin.size());
  return text.substr(0, text.find(end));
}

template <class F>
void for_each_match(std::string_view text, const std::regex& pattern, F visit) {
  for (std::cregex_iterator at(text.data(), text.data() + text.size(), pattern), end; at != end; ++at) visit(*at);
}

// A number of at most 18 digits, so that a damaged file cannot overflow it.
std::optional<std::int64_t> number(const std::string& text) {
  if (text.empty() || text.size() > 18) return std::nullopt;
  return std::stoll(text);
}

std::optional<DType> dtype_named(const std::string& name) {
  static const std::map<std::string, DType> names = {
      {"float64", DType::f64}, {"float32", DType::f32},  {"float16", DType::f16},  {"bfloat16", DType::bf16},
      {"int64", DType::i64},   {"int32", DType::i32},    {"int16", DType::i16},    {"int8", DType::i8},
      {"uint8", DType::u8},    {"bool", DType::boolean}, {"complex64", DType::c64}};
  const auto found = names.find(name);
  return found == names.end() ? std::nullopt : std::optional(found->second);
}

GeneratedInput parse_check(std::string_view body) {
  static const std::regex variable(R"(ConstantHandle (\w+) = )");
  static const std::regex dtype(R"(aoti_torch_dtype_(\w+)\(\))");
  static const std::regex equal(R"(\((\d+)L? != \w+_size\[(\d)\]\))");
  static const std::regex bound(R"(\(\w+_size\[(\d)\] ([<>]) (\d+)L?\))");
  static const std::regex stride(R"(\w+_stride\[(\d)\])");
  GeneratedInput out;
  std::cmatch match;
  if (std::regex_search(body.begin(), body.end(), match, variable)) out.variable = match[1];
  if (std::regex_search(body.begin(), body.end(), match, dtype)) out.dtype = dtype_named(match[1]);
  const auto at = [&out](const std::string& digit) -> GeneratedDim& {
    const auto index = static_cast<std::size_t>(digit[0] - '0');
    if (out.dims.size() <= index) out.dims.resize(index + 1);
    return out.dims[index];
  };
  for_each_match(body, equal, [&](const std::cmatch& found) { at(found[2]).fixed = number(found[1]); });
  for_each_match(body, bound, [&](const std::cmatch& found) {
    (found[2] == "<" ? at(found[1]).low : at(found[1]).high) = number(found[3]);
  });
  for_each_match(body, stride, [&](const std::cmatch& found) { at(found[1]); });
  return out;
}

std::vector<GeneratedInput> parse_inputs(std::string_view wrapper) {
  std::vector<GeneratedInput> out;
  for (int i = 0;; ++i) {
    const std::string_view body = between(wrapper, fill_in("static void check_input_{}(", i), "\n}");
    if (body.empty()) break;
    out.push_back(parse_check(body));
  }
  static const std::regex reads(R"(int64_t (\w+) = (\w+)_size\[(\d)\];)");
  for_each_match(wrapper, reads, [&](const std::cmatch& found) {
    for (GeneratedInput& input : out) {
      const auto dim = static_cast<std::size_t>(*found[3].first - '0');
      if (input.variable == found[2] && dim < input.dims.size()) input.dims[dim].symbol = found[1];
    }
  });
  return out;
}

// Leaves of the call's tree in order: keyword or dict key where there is one, else empty.
void leaf_names(const nlohmann::json& tree, const std::string& key, std::vector<std::string>& out) {
  const nlohmann::json& children = tree.at("children_spec");
  if (tree.at("type").is_null()) {
    out.push_back(key);
    return;
  }
  nlohmann::json keys;
  if (tree.at("context").is_string())
    keys = nlohmann::json::parse(tree.at("context").get<std::string>(), nullptr, false);
  for (std::size_t i = 0; i < children.size(); ++i) {
    const bool named = keys.is_array() && i < keys.size() && keys[i].is_string();
    leaf_names(children[i], named ? keys[i].get<std::string>() : std::string(), out);
  }
}

// One name an input: keys of the call where they are unique, else input0, input1, ...
std::vector<std::string> names_of(std::string_view wrapper, std::size_t count) {
  std::vector<std::string> keys;
  try {
    const std::string_view text = between(wrapper, "in_spec_ = R\"(", ")\";");
    if (!text.empty()) leaf_names(nlohmann::json::parse(text).at(1), {}, keys);
  } catch (const nlohmann::json::exception&) {
    keys.clear();  // another version's spelling: names are a comfort only
  }
  std::vector<std::string> out;
  std::set<std::string> used;
  for (std::size_t i = 0; i < count; ++i) {
    const bool named =
        keys.size() == count && !keys[i].empty() && keys[i].find_first_of(".[]():= ") == std::string::npos;
    const std::string name = named ? keys[i] : fill_in("input{}", i);
    out.push_back(used.insert(name).second ? name : fill_in("{}_{}", name, i));
    used.insert(out.back());
  }
  return out;
}

// Index checks of the generated kernels: "index out of bounds: 0 <= tmp3 < 500L".
std::optional<std::int64_t> fewest_rows(std::string_view kernels) {
  static const std::regex check(R"(0 <= [^"<]*< (?:static_cast<int64_t>\()?(\d+)L?)");
  std::optional<std::int64_t> out;
  for_each_match(kernels, check, [&](const std::cmatch& found) {
    const auto rows = number(found[1]);
    if (rows && *rows > 0 && (!out || *rows < *out)) out = rows;
  });
  return out;
}

std::vector<DTypeBytes> weights_of(std::string_view wrapper) {
  static const std::regex entry(
      R"(constants_info_\[(\d+)\]\.(?:(dtype) = cached_torch_dtype_(\w+)|(data_size) = (\d+)|(shape) = \{([^}]*)\}))");
  struct Constant {
    std::string dtype;
    std::int64_t bytes = 0;
    std::int64_t elements = 1;
  };
  std::map<std::int64_t, Constant> constants;
  for_each_match(wrapper, entry, [&](const std::cmatch& found) {
    Constant& constant = constants[number(found[1]).value_or(0)];
    if (found[2].matched) {
      const auto dtype = dtype_named(found[3]);
      constant.dtype = dtype ? std::string(name_of(*dtype)) : found[3].str();
    }
    if (found[4].matched) constant.bytes = number(found[5]).value_or(0);
    if (found[6].matched) {
      static const std::regex digits(R"(\d+)");
      const std::string shape = found[7];
      for_each_match(shape, digits, [&](const std::cmatch& size) { constant.elements *= number(size[0]).value_or(0); });
    }
  });
  std::map<std::string, DTypeBytes> rows;
  for (const auto& [index, constant] : constants) {
    DTypeBytes& row = rows[constant.dtype];
    row.dtype = constant.dtype;
    row.parameters += constant.elements;
    row.bytes += constant.bytes;
  }
  std::vector<DTypeBytes> out;
  for (const auto& [name, row] : rows) out.push_back(row);
  std::stable_sort(out.begin(), out.end(),
                   [](const DTypeBytes& left, const DTypeBytes& right) { return left.bytes > right.bytes; });
  return out;
}

// Gives each dimension that may change a symbol of ours. Two dimensions are one when the generated code calls them so;
// one that it never reads is equal to an earlier one of the same place and bounds.
class Symbols {
 public:
  explicit Symbols(Description& out) : out_(out) {}

  Dim dim(const GeneratedDim& dim, std::size_t place) {
    if (dim.fixed) return *dim.fixed;
    const std::int64_t low = std::max<std::int64_t>(dim.low.value_or(1), 1);
    const std::int64_t high = std::max(std::min(dim.high.value_or(kUnbounded), kUnbounded), low);
    for (const Known& known : known_) {
      const bool same_place = known.place == place && known.low == low && known.high == high;
      if (dim.symbol.empty() ? same_place : known.symbol == dim.symbol) return known.name;
    }
    std::string name = place == 0 ? "batch" : place == 1 ? "seq" : fill_in("dim{}", place);
    for (int i = 2; out_.dim_bounds.contains(name); ++i) name = fill_in("{}{}", place == 0 ? "batch" : "dim", i);
    known_.push_back({dim.symbol, place, low, high, name});
    out_.dim_bounds[name] = {low, high};
    out_.dim_defaults[name] = std::clamp<std::int64_t>(place == 0 ? 1 : kUsualSequence, low, high);
    return name;
  }

 private:
  struct Known {
    std::string symbol;
    std::size_t place;
    std::int64_t low;
    std::int64_t high;
    std::string name;
  };
  Description& out_;
  std::vector<Known> known_;
};

// Nothing is known of this one but that it is a tensor.
void add_unknown(Description& out, const std::string& name) {
  out.not_inferred.push_back("Tensor " + name);
  out.to_edit.push_back({.name = name, .tensor = {.shape = {"batch", std::int64_t{64}}}});
}

}  // namespace

Description describe_generated_code(std::string_view wrapper, std::string_view kernels) {
  Description out;
  out.weights = weights_of(wrapper);
  const std::vector<GeneratedInput> inputs = parse_inputs(wrapper);
  const std::vector<std::string> names = names_of(wrapper, inputs.size());
  const std::optional<std::int64_t> rows = fewest_rows(kernels);
  Symbols symbols(out);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i].dtype) {
      add_unknown(out, names[i]);
      continue;
    }
    InputSpec input;
    input.name = names[i];
    input.from = "file";
    input.reason = fill_in("checked as input {} by the compiled model", i);
    TensorSpec& tensor = input.tensor;
    tensor.dtype = *inputs[i].dtype;
    for (std::size_t d = 0; d < inputs[i].dims.size(); ++d) tensor.shape.push_back(symbols.dim(inputs[i].dims[d], d));
    if (tensor.dtype == DType::boolean) tensor.fill = Fill::ones;
    if (tensor.dtype == DType::i64 || tensor.dtype == DType::i32) {
      tensor.fill = rows ? Fill::range : Fill::ones;
      tensor.high = rows ? *rows - 1 : 0;
      input.reason +=
          rows ? fill_in("; a table of {} rows is indexed", *rows) : "; nothing is known to be indexed by it: ones";
    }
    out.inputs.push_back(std::move(input));
  }
  if (inputs.empty() && wrapper.find("inputs_info_[0]") != std::string_view::npos) {
    static const std::regex info(R"(inputs_info_\[(\d+)\]\.name)");
    for_each_match(wrapper, info, [&](const std::cmatch& found) { add_unknown(out, "input" + found[1].str()); });
  }
  if (wrapper.empty()) {
    add_unknown(out, "input0");
    out.notes.emplace_back("the package holds no generated C++ from which its inputs could be read");
  }
  if (!out.inputs.empty() && out.dim_bounds.empty())
    out.notes.emplace_back("all dimensions are fixed: the model was exported without dynamic shapes");
  for (const auto& [name, bounds] : out.dim_bounds) {
    out.notes.push_back(bounds[1] == kUnbounded ? fill_in("{} can be {} or more", name, bounds[0])
                                                : fill_in("{} can be {} to {}", name, bounds[0], bounds[1]));
  }
  return out;
}

}  // namespace mlplan::worker
