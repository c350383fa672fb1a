// JSON as people read it, and reading JSON with errors that people understand.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "profiles/support/result.h"

namespace mlplan {

// Two spaces a level, keys in their order, a final newline. What fits on a line of 120 columns stands on one; so does
// an array of numbers, however long. Equal values give equal bytes. Text that is not UTF-8 gets replacement characters.
std::string pretty_json(const nlohmann::ordered_json& json);

// ErrorKind::bad_input with line and column in `where`; refuses more than 64 levels, which no document has.
Result<nlohmann::ordered_json> parse_json(const std::string& text, const std::string& file_name);

// The "schema" that a document names, "mlplan.report"; empty where it names none or is no JSON.
std::string named_schema(const std::string& text);

}  // namespace mlplan
