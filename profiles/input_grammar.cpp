// The text form of inputs: parse_input_flags and its inverse. The grammar stands in input_spec.h.
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "profiles/input_spec.h"

namespace mlplan {

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_key_character(char c) { return is_letter(c) || is_digit(c) || c == '-'; }

constexpr const char* kTensorExample =
    "for example --input 'x:f32[batch,3,224,224]' or --input 'ids:i64[batch,seq]=0..30521'";
constexpr const char* kDTypeHint =
    "the dtypes are f64, f32, f16, bf16, i64, i32, i16, i8, u8, bool and c64; for example --input 'x:f32[batch,3]'";
constexpr const char* kScalarHint =
    "for example --input 'scale:float=2.0', 'n:int=5', 'flag:bool=true', 's:str=hello' or 'mask:none'";
constexpr const char* kPathHint =
    "for example 'x', 'features.user_id', \"features['user id']\", 'images[0]' (a list) or 'pair(0)' (a tuple)";
constexpr const char* kFillHint =
    "fills are zeros, ones, randn, uniform, arange or a range of integers: --input 'ids:i64[batch,seq]=0..30521'";

struct Step {
  InputSpec::Kind container;  // what this step makes of its parent
  std::string name;
};

struct Argument {
  std::string root;
  std::vector<Step> steps;
  InputSpec leaf;
};

// A cursor over the text of one flag that knows how to say where it stands.
class Parser {
 public:
  explicit Parser(const std::string& text) : text_(text) {}

  Result<Argument> parse() {
    Argument argument;
    if (const Status path = parse_path(argument); !path) return fail(path.error());
    if (!take(':')) {
      if (at_end()) return wrong("what the input is is missing: a ':' and a dtype with its shape", kTensorExample);
      return wrong("a ':' is expected after the name, or one of . [ (", kPathHint);
    }
    skip_spaces();
    if (const Status value = parse_value(argument.leaf); !value) return fail(value.error());
    return argument;
  }

 private:
  bool at_end() const { return at_ == text_.size(); }
  char here() const { return at_end() ? '\0' : text_[at_]; }
  bool take(char c) {
    if (here() != c || at_end()) return false;
    ++at_;
    return true;
  }
  void skip_spaces() {
    while (here() == ' ') ++at_;
  }
  template <class Predicate>
  std::string_view take_while(const Predicate& predicate) {
    const std::size_t begin = at_;
    while (!at_end() && predicate(text_[at_])) ++at_;
    return std::string_view(text_).substr(begin, at_ - begin);
  }

  tl::unexpected<Error> wrong_at(std::size_t at, const std::string& why, const char* hint) const {
    return fail(ErrorKind::usage, "in '" + text_ + "' at character " + std::to_string(at + 1) + ": " + why, "--input",
                hint);
  }
  tl::unexpected<Error> wrong(const std::string& why, const char* hint) const { return wrong_at(at_, why, hint); }

  std::string seen() const { return at_end() ? "the end" : "'" + std::string(1, text_[at_]) + "'"; }

  Status parse_path(Argument& argument) {
    skip_spaces();
    if (!is_letter(here())) return wrong("an argument's name is expected, not " + seen(), kTensorExample);
    argument.root = take_while([](char c) { return is_letter(c) || is_digit(c); });
    constexpr std::size_t kMostSteps = 16;
    for (;;) {
      if (take('.')) {
        const std::string_view key = take_while(is_key_character);
        if (key.empty())
          return wrong("a key of letters, digits, '_' or '-' is expected after the dot, not " + seen(), kPathHint);
        argument.steps.push_back({InputSpec::Kind::dict, std::string(key)});
      } else if (take('[')) {
        if (here() == '\'') {
          if (const Status key = parse_quoted_key(argument); !key) return key;
        } else if (const Status index = parse_index(argument, InputSpec::Kind::list, ']'); !index) {
          return index;
        }
      } else if (take('(')) {
        if (const Status index = parse_index(argument, InputSpec::Kind::tuple, ')'); !index) return index;
      } else {
        skip_spaces();
        return {};
      }
      if (argument.steps.size() > kMostSteps) return wrong("it is nested deeper than 16 levels", kPathHint);
    }
  }

  Status parse_quoted_key(Argument& argument) {
    const std::size_t begin = at_++;
    std::string key;
    while (!take('\'')) {
      if (at_end()) return wrong_at(begin, "the quote is not closed", kPathHint);
      if (take('\\') && here() != '\'' && here() != '\\')
        return wrong("a backslash stands only before ' and \\", kPathHint);
      key += text_[at_++];
    }
    if (!take(']')) return wrong("']' is expected after the key, not " + seen(), kPathHint);
    argument.steps.push_back({InputSpec::Kind::dict, std::move(key)});
    return {};
  }

  Status parse_index(Argument& argument, InputSpec::Kind container, char closing) {
    const std::size_t begin = at_;
    const std::string_view digits = take_while(is_digit);
    if (digits.empty()) return wrong("an index (0, 1, ...) is expected, not " + seen(), kPathHint);
    if (digits.size() > 4 || (digits.size() > 1 && digits[0] == '0')) {
      return wrong_at(begin, "an index is 0 to 9999, without leading zeros", kPathHint);
    }
    if (!take(closing))
      return wrong(std::string("'") + closing + "' is expected after the index, not " + seen(), kPathHint);
    argument.steps.push_back({container, std::string(digits)});
    return {};
  }

  Status parse_value(InputSpec& leaf) {
    const std::size_t begin = at_;
    const std::string word(take_while([](char c) { return is_letter(c) || is_digit(c); }));
    if (word.empty()) return wrong("a dtype is expected, not " + seen(), kDTypeHint);
    skip_spaces();
    if (word == "none" || word == "list" || word == "tuple" || word == "dict") {
      if (word == "none")
        leaf.kind = InputSpec::Kind::scalar;
      else
        leaf.kind = word == "list"    ? InputSpec::Kind::list
                    : word == "tuple" ? InputSpec::Kind::tuple
                                      : InputSpec::Kind::dict;
      if (!at_end()) return wrong("nothing is expected after '" + word + "'", kScalarHint);
      return {};
    }
    const std::optional<DType> dtype = parse_dtype(word);
    if (dtype && here() == '[') return parse_tensor(*dtype, leaf);
    if (word == "float" || word == "int" || word == "bool" || word == "str") {
      if (!take('=')) return wrong("a scalar needs its value: '=' is expected, not " + seen(), kScalarHint);
      leaf.kind = InputSpec::Kind::scalar;
      return parse_literal(word, leaf.scalar);
    }
    if (dtype) return wrong("'[' and the shape are expected after " + word + ", not " + seen(), kTensorExample);
    return wrong_at(begin, "'" + word + "' is neither a dtype nor float, int, bool, str or none", kDTypeHint);
  }

  Status parse_tensor(DType dtype, InputSpec& leaf) {
    leaf.kind = InputSpec::Kind::tensor;
    leaf.tensor.dtype = dtype;
    take('[');
    skip_spaces();
    bool more = !take(']');
    while (more) {
      if (const Status dim = parse_dim(leaf.tensor.shape); !dim) return dim;
      skip_spaces();
      if (take(']'))
        more = false;
      else if (!take(','))
        return wrong("',' or ']' is expected, not " + seen(), kTensorExample);
      skip_spaces();
    }
    skip_spaces();
    if (at_end()) return {};
    if (!take('=')) return wrong("'=' and a fill, or the end, is expected, not " + seen(), kFillHint);
    return parse_fill(leaf.tensor);
  }

  Status parse_dim(std::vector<Dim>& shape) {
    const std::size_t begin = at_;
    if (is_letter(here())) {
      shape.emplace_back(std::string(take_while([](char c) { return is_letter(c) || is_digit(c); })));
      return {};
    }
    if (here() == '-' || here() == '?' || here() == '*') {
      return wrong("a dimension that varies has a name, such as batch or seq", kTensorExample);
    }
    const std::string_view digits = take_while(is_digit);
    if (digits.empty())
      return wrong("a dimension is expected: a whole number or a name, not " + seen(), kTensorExample);
    std::int64_t extent = 0;
    if (std::from_chars(digits.data(), digits.data() + digits.size(), extent).ec != std::errc()) {
      return wrong_at(begin, "this dimension is too large", kTensorExample);
    }
    shape.emplace_back(extent);
    return {};
  }

  Status parse_fill(TensorSpec& tensor);
  Status parse_literal(const std::string& type, ScalarSpec& scalar);

  const std::string& text_;
  std::size_t at_ = 0;
};

// Bounds of the integer dtypes; nullopt for the others.
std::optional<std::pair<std::int64_t, std::int64_t>> bounds_of(DType dtype) {
  switch (dtype) {
    case DType::i64: return {{std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}};
    case DType::i32: return {{std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()}};
    case DType::i16: return {{std::numeric_limits<std::int16_t>::min(), std::numeric_limits<std::int16_t>::max()}};
    case DType::i8: return {{std::numeric_limits<std::int8_t>::min(), std::numeric_limits<std::int8_t>::max()}};
    case DType::u8: return {{0, 255}};
    default: return std::nullopt;
  }
}

constexpr std::array<std::pair<Fill, std::string_view>, 5> kFillWords = {{{Fill::zeros, "zeros"},
                                                                          {Fill::ones, "ones"},
                                                                          {Fill::randn, "randn"},
                                                                          {Fill::uniform, "uniform"},
                                                                          {Fill::arange, "arange"}}};

Status Parser::parse_fill(TensorSpec& tensor) {
  skip_spaces();
  const std::size_t begin = at_;
  const auto bounds = bounds_of(tensor.dtype);
  const std::string dtype(name_of(tensor.dtype));
  if (is_letter(here())) {
    const std::string_view word = take_while(is_letter);
    for (const auto& [fill, name] : kFillWords) {
      if (name == word) tensor.fill = fill;
    }
    if (tensor.fill == Fill::automatic) return wrong_at(begin, "'" + std::string(word) + "' is no fill", kFillHint);
    const bool real = !bounds && tensor.dtype != DType::boolean;
    if ((tensor.fill == Fill::randn || tensor.fill == Fill::uniform) && !real) {
      return wrong_at(begin, std::string(word) + " needs a dtype of real numbers, not " + dtype, kFillHint);
    }
    if (tensor.fill == Fill::arange && (tensor.dtype == DType::boolean || tensor.dtype == DType::c64)) {
      return wrong_at(begin, "arange cannot fill " + dtype, kFillHint);
    }
  } else {
    const char* const end = text_.data() + text_.size();
    const auto low = std::from_chars(text_.data() + at_, end, tensor.low);
    if (low.ec != std::errc()) return wrong("a fill is expected, not " + seen(), kFillHint);
    at_ = static_cast<std::size_t>(low.ptr - text_.data());
    if (text_.compare(at_, 2, "..") != 0)
      return wrong("'..' and the highest value are expected, not " + seen(), kFillHint);
    at_ += 2;
    const auto high = std::from_chars(text_.data() + at_, end, tensor.high);
    if (high.ec != std::errc()) return wrong("the highest value is expected, not " + seen(), kFillHint);
    at_ = static_cast<std::size_t>(high.ptr - text_.data());
    if (!bounds) return wrong_at(begin, "a range needs a dtype of integers, not " + dtype, kFillHint);
    if (tensor.low > tensor.high) return wrong_at(begin, "the range ends below its beginning", kFillHint);
    if (tensor.low < bounds->first || tensor.high > bounds->second) {
      return wrong_at(begin,
                      dtype + " holds only " + std::to_string(bounds->first) + ".." + std::to_string(bounds->second),
                      kFillHint);
    }
    tensor.fill = Fill::range;
  }
  skip_spaces();
  if (!at_end()) return wrong("nothing is expected after the fill", kFillHint);
  return {};
}

Status Parser::parse_literal(const std::string& type, ScalarSpec& scalar) {
  if (type == "str") {
    scalar = text_.substr(at_);
    return {};
  }
  skip_spaces();
  std::string_view literal = std::string_view(text_).substr(at_);
  while (!literal.empty() && literal.back() == ' ') literal.remove_suffix(1);
  const std::string_view digits = literal;
  if (type == "bool") {
    if (literal != "true" && literal != "false") return wrong("a bool is true or false", kScalarHint);
    scalar = literal == "true";
    return {};
  }
  std::from_chars_result result{};
  if (type == "int") {
    std::int64_t value = 0;
    result = std::from_chars(digits.begin(), digits.end(), value);
    scalar = value;
  } else {
    double value = 0;
    result = std::from_chars(digits.begin(), digits.end(), value);
    scalar = value;
  }
  if (result.ec == std::errc::result_out_of_range)
    return wrong("this number is beyond what " + type + " holds", kScalarHint);
  if (result.ec != std::errc() || result.ptr != digits.end()) return wrong("this is no " + type, kScalarHint);
  return {};
}

const char* noun_of(InputSpec::Kind kind) {
  switch (kind) {
    case InputSpec::Kind::tensor: return "a tensor";
    case InputSpec::Kind::scalar: return "a scalar";
    case InputSpec::Kind::list: return "a list";
    case InputSpec::Kind::tuple: return "a tuple";
    case InputSpec::Kind::dict: return "a dict";
  }
  return "an input";
}

tl::unexpected<Error> clash(const std::string& flag, const std::string& why) {
  return fail(ErrorKind::usage, "'" + flag + "': " + why, "--input", kPathHint);
}

InputSpec& find_or_add(std::vector<InputSpec>& siblings, const std::string& name, bool& added) {
  for (InputSpec& sibling : siblings) {
    if (sibling.name == name) return added = false, sibling;
  }
  added = true;
  siblings.emplace_back().name = name;
  return siblings.back();
}

Status insert(std::vector<InputSpec>& arguments, Argument& argument, const std::string& flag) {
  bool added = false;
  InputSpec* node = &find_or_add(arguments, argument.root, added);
  std::string path = argument.root;
  for (Step& step : argument.steps) {
    const bool holds_no_items_yet = added;
    if (holds_no_items_yet) {
      node->kind = step.container;
    } else if (node->kind != step.container || node->items.empty()) {
      const bool empty = node->kind == step.container;
      return clash(flag, path + " is already " + noun_of(node->kind) + (empty ? " without items" : ""));
    }
    if (step.container == InputSpec::Kind::dict)
      path += '.' + step.name;
    else
      path += step.container == InputSpec::Kind::list ? '[' + step.name + ']' : '(' + step.name + ')';
    node = &find_or_add(node->items, step.name, added);
  }
  if (!added)
    return clash(flag,
                 path + (node->items.empty() ? " is given twice" : std::string(" is already ") + noun_of(node->kind)));
  argument.leaf.name = node->name;
  *node = std::move(argument.leaf);
  return {};
}

// Items of lists and tuples in the order of their index, which must be 0, 1, 2, ... without a gap.
Status order_items(InputSpec& input, const std::string& path) {
  const bool list = input.kind == InputSpec::Kind::list;
  if (list || input.kind == InputSpec::Kind::tuple) {
    std::vector<InputSpec> ordered(input.items.size());
    for (InputSpec& item : input.items) {
      const std::size_t index = static_cast<std::size_t>(std::stoul(item.name));
      if (index >= ordered.size()) {
        return fail(ErrorKind::usage,
                    path + " has " + std::to_string(ordered.size()) + " items, but one of them has the index " +
                        item.name + ": an index before it is missing",
                    "--input", kPathHint);
      }
      ordered[index] = std::move(item);
    }
    input.items = std::move(ordered);
  }
  for (InputSpec& item : input.items) {
    const std::string step = list                                   ? '[' + item.name + ']'
                             : input.kind == InputSpec::Kind::tuple ? '(' + item.name + ')'
                                                                    : '.' + item.name;
    if (const Status below = order_items(item, path + step); !below) return below;
  }
  return {};
}

// --- the inverse
// ----------------------------------------------------------------------------------------------------------

std::string step_text(InputSpec::Kind container, const std::string& name) {
  if (container == InputSpec::Kind::list) return '[' + name + ']';
  if (container == InputSpec::Kind::tuple) return '(' + name + ')';
  bool plain = !name.empty();
  for (const char c : name) plain = plain && is_key_character(c);
  if (plain) return '.' + name;
  std::string text = "['";
  for (const char c : name) {
    if (c == '\'' || c == '\\') text += '\\';
    text += c;
  }
  return text + "']";
}

std::string tensor_text(const TensorSpec& tensor) {
  std::string text(name_of(tensor.dtype));
  text += '[';
  for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
    if (i > 0) text += ',';
    if (const auto* symbol = std::get_if<std::string>(&tensor.shape[i]))
      text += *symbol;
    else
      text += std::to_string(std::get<std::int64_t>(tensor.shape[i]));
  }
  text += ']';
  const bool bounded =
      tensor.fill == Fill::automatic && bounds_of(tensor.dtype) && (tensor.low != 0 || tensor.high != 0);
  if (tensor.fill == Fill::range || bounded) {
    return text + '=' + std::to_string(tensor.low) + ".." + std::to_string(tensor.high);
  }
  for (const auto& [fill, name] : kFillWords) {
    if (fill == tensor.fill) text += '=' + std::string(name);
  }
  return text;
}

std::string scalar_text(const ScalarSpec& scalar) {
  struct Visitor {
    std::string operator()(std::monostate) const { return "none"; }
    std::string operator()(bool value) const { return value ? "bool=true" : "bool=false"; }
    std::string operator()(std::int64_t value) const { return "int=" + std::to_string(value); }
    std::string operator()(const std::string& value) const { return "str=" + value; }
    std::string operator()(double value) const {
      std::array<char, 32> buffer{};
      const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
      return "float=" + std::string(buffer.data(), result.ptr);
    }
  };
  return std::visit(Visitor{}, scalar);
}

void append_flags(const InputSpec& input, const std::string& path, std::vector<std::string>& flags) {
  switch (input.kind) {
    case InputSpec::Kind::tensor: flags.push_back(path + ':' + tensor_text(input.tensor)); return;
    case InputSpec::Kind::scalar: flags.push_back(path + ':' + scalar_text(input.scalar)); return;
    case InputSpec::Kind::list:
    case InputSpec::Kind::tuple:
    case InputSpec::Kind::dict: break;
  }
  if (input.items.empty()) {
    flags.push_back(path + (input.kind == InputSpec::Kind::list    ? ":list"
                            : input.kind == InputSpec::Kind::tuple ? ":tuple"
                                                                   : ":dict"));
  }
  for (std::size_t i = 0; i < input.items.size(); ++i) {
    const InputSpec& item = input.items[i];
    const bool dict = input.kind == InputSpec::Kind::dict;
    append_flags(item, path + step_text(input.kind, dict ? item.name : std::to_string(i)), flags);
  }
}

}  // namespace

Result<std::vector<InputSpec>> parse_input_flags(const std::vector<std::string>& flags) {
  std::vector<InputSpec> arguments;
  for (const std::string& flag : flags) {
    Result<Argument> argument = Parser(flag).parse();
    if (!argument) return fail(argument.error());
    if (const Status inserted = insert(arguments, *argument, flag); !inserted) return fail(inserted.error());
  }
  for (InputSpec& argument : arguments) {
    if (const Status ordered = order_items(argument, argument.name); !ordered) return fail(ordered.error());
  }
  return arguments;
}

std::vector<std::string> format_input_flags(const std::vector<InputSpec>& inputs) {
  std::vector<std::string> flags;
  for (const InputSpec& input : inputs) append_flags(input, input.name, flags);
  return flags;
}

}  // namespace mlplan
