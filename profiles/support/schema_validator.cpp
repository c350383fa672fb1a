#include "profiles/support/schema_validator.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <regex>
#include <vector>

#define VALIJSON_USE_EXCEPTIONS 1  // else it aborts
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

namespace mlplan {

namespace {

using nlohmann::json;

// "wall_ns" of [wall_ns], "3" of [3]: how valijson writes one step of a path.
std::string step_of(const std::string& context) {
  if (context.size() >= 2 && context.front() == '[') return context.substr(1, context.size() - 2);
  return context;
}

using Path = std::vector<std::string>;  // without the root

Path path_of(const std::vector<std::string>& context) {
  Path path;
  for (std::size_t i = 1; i < context.size(); ++i) path.push_back(step_of(context[i]));
  return path;
}

const json* child(const json& parent, const std::string& step) {
  if (parent.is_object()) {
    const auto found = parent.find(step);
    return found == parent.end() ? nullptr : &*found;
  }
  std::size_t index = 0;
  const auto result = std::from_chars(step.data(), step.data() + step.size(), index);
  if (!parent.is_array() || result.ec != std::errc() || index >= parent.size()) return nullptr;
  return &parent[index];
}

// The schema and all that it brings in by $ref and allOf.
void add_with_parts(const json& root, const json& schema, std::vector<const json*>& parts) {
  if (const auto reference = schema.find("$ref"); reference != schema.end()) {
    add_with_parts(root, root.at(json::json_pointer(reference->get<std::string>().substr(1))),
                   parts);  // "#/definitions/..."
    return;
  }
  parts.push_back(&schema);
  if (const auto all = schema.find("allOf"); all != schema.end()) {
    for (const json& part : *all) add_with_parts(root, part, parts);
  }
}

// Every part of the schema that speaks about the value at `path`.
std::vector<const json*> schemas_at(const json& root, const Path& path) {
  std::vector<const json*> here;
  add_with_parts(root, root, here);
  for (const std::string& step : path) {
    std::vector<const json*> next;
    for (const json* schema : here) {
      const auto properties = schema->find("properties");
      if (properties != schema->end() && properties->contains(step)) {
        add_with_parts(root, (*properties)[step], next);
        continue;
      }
      for (const char* keyword : {"items", "additionalProperties"}) {
        if (const auto found = schema->find(keyword); found != schema->end() && found->is_object())
          add_with_parts(root, *found, next);
      }
    }
    here = std::move(next);
  }
  return here;
}

std::string with_article(const std::string& type) {
  if (type == "null") return type;
  return (type == "integer" || type == "object" || type == "array" ? "an " : "a ") + type;
}

std::string type_of(const json& value) {
  if (value.is_number_integer()) return "integer";
  if (value.is_number()) return "number";
  return value.type_name();
}

bool has_type(const json& value, const std::string& type) {
  return type_of(value) == type || (type == "number" && value.is_number());
}

template <class Values, class Text>
std::string joined(const Values& values, const Text& text) {
  std::string out;
  std::size_t i = 0;
  for (const json& value : values) {
    if (i > 0) out += i + 1 == values.size() ? " or " : ", ";
    out += text(value);
    ++i;
  }
  return out;
}

std::string short_text(const json& value) {
  std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  constexpr std::size_t kLongest = 60;
  if (text.size() > kLongest) text = text.substr(0, kLongest - 3) + "...";
  return text;
}

// What one schema has against a value, in words; nullopt when it is none of the keywords our schemas use.
std::optional<std::string> complaint(const json& schema, const json& value) {
  if (const auto type = schema.find("type"); type != schema.end()) {
    const json types = type->is_array() ? *type : json::array({*type});
    bool allowed = false;
    for (const json& one : types) allowed = allowed || has_type(value, one.get<std::string>());
    if (!allowed) {
      return "must be " + joined(types, [](const json& one) { return with_article(one.get<std::string>()); }) +
             ", is " + with_article(type_of(value));
    }
  }
  if (const auto constant = schema.find("const"); constant != schema.end() && *constant != value) {
    return "must be " + short_text(*constant) + ", is " + short_text(value);
  }
  if (const auto allowed = schema.find("enum"); allowed != schema.end()) {
    if (std::find(allowed->begin(), allowed->end(), value) == allowed->end()) {
      return "must be " + joined(*allowed, [](const json& one) { return one.dump(); }) + ", is " + short_text(value);
    }
  }
  constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > kMost) return "is too large: " + value.dump();
  if (value.is_number()) {
    if (const auto least = schema.find("minimum");
        least != schema.end() && value.get<double>() < least->get<double>()) {
      return "must be at least " + least->dump() + ", is " + short_text(value);
    }
    if (const auto most = schema.find("maximum"); most != schema.end() && value.get<double>() > most->get<double>()) {
      return "must be at most " + most->dump() + ", is " + short_text(value);
    }
  }
  if (const auto pattern = schema.find("pattern"); value.is_string() && pattern != schema.end()) {
    if (!std::regex_search(value.get<std::string>(), std::regex(pattern->get<std::string>()))) {
      return "must match " + pattern->get<std::string>() + ", is " + short_text(value);
    }
  }
  if (value.is_object() && schema.contains("required")) {
    for (const json& key : schema["required"]) {
      if (!value.contains(key.get<std::string>())) return "lacks the field " + key.dump();
    }
  }
  if (value.is_array()) {
    const auto least = schema.find("minItems");
    if (least != schema.end() && value.size() < least->get<std::size_t>()) {
      return "must have at least " + least->dump() + " items, has " + std::to_string(value.size());
    }
    const auto most = schema.find("maxItems");
    if (most != schema.end() && value.size() > most->get<std::size_t>()) {
      return "must have at most " + most->dump() + " items, has " + std::to_string(value.size());
    }
  }
  return std::nullopt;
}

std::string pointer_text(const Path& path) {
  json::json_pointer pointer;
  for (const std::string& step : path) pointer.push_back(step);
  return path.empty() ? "/" : pointer.to_string();
}

}  // namespace

struct SchemaValidator::Compiled {
  json text;
  valijson::Schema schema;
};

SchemaValidator::SchemaValidator(std::string_view schema) : compiled_(std::make_unique<Compiled>()) {
  compiled_->text = json::parse(schema);
  valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
  parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(compiled_->text), compiled_->schema);
}

SchemaValidator::~SchemaValidator() = default;

Status SchemaValidator::validate(const json& document, const std::string& file_name) const {
  try {
    const valijson::adapters::NlohmannJsonAdapter adapter(document);
    if (valijson::Validator().validate(compiled_->schema, adapter, nullptr)) return {};
    valijson::ValidationResults results;
    valijson::Validator().validate(compiled_->schema, adapter, &results);
    // One mistake brings an error at its own place first, then one at each level above.
    const auto& error = *results.begin();
    const Path path = path_of(error.context);
    std::string description = error.description;
    const json* value = &document;
    for (const std::string& step : path) {
      value = child(*value, step);
      if (value == nullptr) break;
    }
    if (value != nullptr) {
      for (const json* schema : schemas_at(compiled_->text, path)) {
        if (const std::optional<std::string> text = complaint(*schema, *value)) {
          description = *text;
          break;
        }
      }
    }
    return fail(ErrorKind::bad_input, description, file_name + ": " + pointer_text(path));
  } catch (const std::exception& error) {
    return fail(ErrorKind::bad_input, std::string("cannot be checked against its schema: ") + error.what(), file_name);
  }
}

}  // namespace mlplan
