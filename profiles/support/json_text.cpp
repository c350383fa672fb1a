#include "profiles/support/json_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>

namespace mlplan {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kColumns = 120;

std::string text_of(const std::string& value) {
  return Json(value).dump(-1, ' ', false, Json::error_handler_t::replace);
}

void append_number(std::string& out, const Json& number) {
  std::array<char, 40> buffer{};
  char* const begin = buffer.data();
  char* const end = begin + buffer.size();
  if (number.is_number_unsigned()) {
    out.append(begin, std::to_chars(begin, end, number.get<std::uint64_t>()).ptr);
  } else if (number.is_number_integer()) {
    out.append(begin, std::to_chars(begin, end, number.get<std::int64_t>()).ptr);
  } else {  // the shortest text that reads back as it, and as a double: 1e19 in digits alone would be read as an
            // integer
    char* const after = std::to_chars(begin, end, number.get<double>()).ptr;
    out.append(begin, after);
    if (std::all_of(begin, after, [](char c) { return c == '-' || (c >= '0' && c <= '9'); })) out += ".0";
  }
}

// Appends `json` on one line; false, with `out` in any state, as soon as out is longer than `limit`.
bool append_on_one_line(std::string& out, const Json& json, std::size_t limit) {
  if (json.is_object()) {
    out += '{';
    bool first = true;
    for (const auto& [key, value] : json.get_ref<const Json::object_t&>()) {
      if (!first) out += ", ";
      first = false;
      out += text_of(key) + ": ";
      if (out.size() > limit || !append_on_one_line(out, value, limit)) return false;
    }
    out += '}';
  } else if (json.is_array()) {
    out += '[';
    bool first = true;
    for (const Json& value : json) {
      if (!first) out += ", ";
      first = false;
      if (!append_on_one_line(out, value, limit)) return false;
    }
    out += ']';
  } else if (json.is_string()) {
    out += text_of(json.get_ref<const std::string&>());
  } else if (json.is_boolean()) {
    out += json.get<bool>() ? "true" : "false";
  } else if (json.is_number()) {
    append_number(out, json);
  } else {
    out += "null";
  }
  return out.size() <= limit;
}

bool is_array_of_numbers(const Json& json) {
  return json.is_array() &&
         std::all_of(json.begin(), json.end(), [](const Json& item) { return item.is_number() || item.is_null(); });
}

void append(std::string& out, const Json& json, std::size_t indent) {
  const std::size_t before = out.size();
  const std::size_t line_begin = out.rfind('\n') + 1;  // npos + 1 is 0
  const bool whole = !json.is_structured() || is_array_of_numbers(json);
  // One column is left for the comma.
  if (append_on_one_line(out, json, whole ? std::string::npos : line_begin + kColumns - 1)) return;
  out.resize(before);
  const std::string margin(indent + 2, ' ');
  bool first = true;
  const auto begin_item = [&] {
    out += first ? "\n" : ",\n";
    first = false;
    out += margin;
  };
  out += json.is_object() ? '{' : '[';
  if (json.is_object()) {
    for (const auto& [key, value] : json.get_ref<const Json::object_t&>()) {
      begin_item();
      out += text_of(key) + ": ";
      append(out, value, indent + 2);
    }
  } else {
    for (const Json& value : json) {
      begin_item();
      append(out, value, indent + 2);
    }
  }
  out += '\n' + std::string(indent, ' ');
  out += json.is_object() ? '}' : ']';
}

std::string position(const std::string& text, std::size_t byte) {
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(byte, text.size()));
  const auto line = 1 + std::count(text.begin(), end, '\n');
  const auto line_begin = std::find(std::make_reverse_iterator(end), text.rend(), '\n').base();
  return "line " + std::to_string(line) + ", column " + std::to_string(end - line_begin + 1);
}

// Where the nesting first exceeds `most` levels; strings are skipped, other mistakes are the parser's to find.
std::optional<std::size_t> too_deep_at(const std::string& text, int most) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > most) return i;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return std::nullopt;
}

// nlohmann's message is "[json.exception.parse_error.101] parse error at line 1, column 5: syntax error while ... -
// REASON".
std::string reason_of(const std::string& message) {
  const std::size_t dash = message.find(" - ");
  if (dash != std::string::npos) return message.substr(dash + 3);
  const std::size_t colon = message.find(": ");
  return colon == std::string::npos ? message : message.substr(colon + 2);
}

}  // namespace

std::string pretty_json(const Json& json) {
  std::string out;
  append(out, json, 0);
  out += '\n';
  return out;
}

Result<Json> parse_json(const std::string& text, const std::string& file_name) {
  constexpr int kMostLevels = 64;
  if (text.find_first_not_of(" \t\r\n") == std::string::npos)
    return fail(ErrorKind::bad_input, "the file is empty", file_name);
  if (const std::optional<std::size_t> at = too_deep_at(text, kMostLevels)) {
    return fail(ErrorKind::bad_input, "is nested deeper than 64 levels", file_name + ": " + position(text, *at));
  }
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    return fail(ErrorKind::bad_input, "is not valid JSON: " + reason_of(error.what()),
                file_name + ": " + position(text, error.byte > 0 ? error.byte - 1 : 0));
  } catch (const Json::exception& error) {  // a number beyond what a double holds
    return fail(ErrorKind::bad_input, "is not valid JSON: " + reason_of(error.what()), file_name);
  }
}

std::string named_schema(const std::string& text) {
  const Result<Json> json = parse_json(text, "");
  if (!json || !json->is_object()) return {};
  const auto schema = json->find("schema");
  return schema != json->end() && schema->is_string() ? schema->get<std::string>() : std::string();
}

}  // namespace mlplan
