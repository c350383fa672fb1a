// What a model is called with: one InputSpec per positional argument of the method, as a tree, so that lists, tuples
// and dicts of tensors can be written down.
//
// Text grammar (the --input flag; docs/formats.md has it with examples):
//   argument  = path ':' value
//   path      = name { '.' key | "['" any text "']" | '[' index ']' | '(' index ')' }
//   value     = dtype '[' dims ']' [ '=' fill ]          f32[batch,3,224,224]   i64[batch,seq]=0..30521
//             | scalar '=' literal | none                scale:float=2.0  flag:bool=true  n:int=5  s:str=hello   x:none
//             | list | tuple | dict                      an empty one
//   dtype     = f64|f32|f16|bf16|i64|i32|i16|i8|u8|bool|c64
//   dims      = empty | dim {',' dim};  dim = integer | symbol
//   fill      = zeros | ones | randn | uniform | LOW..HIGH (integers, inclusive) | arange
// "x.key" and "x['any key']" make x a dict with string keys, "x[0]" makes x a list, "x(0)" a tuple. A name is an
// identifier; a key after the dot has letters, digits, '_' and '-'; within quotes \' and \\ stand for ' and \.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "profiles/support/result.h"

namespace mlplan {

enum class DType { f64, f32, f16, bf16, i64, i32, i16, i8, u8, boolean, c64 };
std::string_view name_of(DType dtype);  // "f32", ...
std::optional<DType> parse_dtype(std::string_view text);
std::int64_t bytes_of(DType dtype);

// A dimension is a fixed extent or a symbol ("batch", "seq") that a sweep gives a value.
using Dim = std::variant<std::int64_t, std::string>;

enum class Fill { automatic, zeros, ones, randn, uniform, range, arange };

struct TensorSpec {
  DType dtype = DType::f32;
  std::vector<Dim> shape = {};
  Fill fill = Fill::automatic;  // automatic: randn for floats, `low..high` for integers, true for bool
  std::int64_t low = 0;         // for Fill::range and automatic integers, inclusive
  std::int64_t high = 0;
};

// Scalars: monostate is None.
using ScalarSpec = std::variant<std::monostate, double, std::int64_t, bool, std::string>;

struct InputSpec {
  enum class Kind { tensor, scalar, list, tuple, dict };
  std::string name;  // argument name; inside a list or tuple the index, inside a dict the key
  Kind kind = Kind::tensor;
  TensorSpec tensor = {};
  ScalarSpec scalar = {};
  std::vector<InputSpec> items = {};  // children of list, tuple, dict
  std::string from = "flag";          // "flag", "file" (stored in the model file) or "graph" (inferred), "default"
  std::string reason = {};            // what it was inferred from: "first conv2d has weight [64, 3, 7, 7]"
};

// Parses the values of all --input flags into arguments, in order of first appearance of each root name.
Result<std::vector<InputSpec>> parse_input_flags(const std::vector<std::string>& flags);
// The inverse: one "--input" text per leaf; parse_input_flags(format_input_flags(x)) equals x, but for from and reason,
// and for automatic integers with bounds, which are written as the range they mean.
std::vector<std::string> format_input_flags(const std::vector<InputSpec>& inputs);
// Names of all symbols, in order of first appearance.
std::vector<std::string> symbols_of(const std::vector<InputSpec>& inputs);
// Bytes of all tensors at the given values of the symbols; a missing symbol counts as 1.
std::int64_t bytes_of(const std::vector<InputSpec>& inputs, const std::map<std::string, std::int64_t>& dims);

void to_json(nlohmann::json& json, const InputSpec& input);
void to_json(nlohmann::ordered_json& json, const InputSpec& input);
void from_json(const nlohmann::json& json, InputSpec& input);  // throws nlohmann::json::exception
void from_json(const nlohmann::ordered_json& json, InputSpec& input);

}  // namespace mlplan
