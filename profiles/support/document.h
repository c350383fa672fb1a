// What all JSON documents share: the kind and version at their head, and the way from text to a value: JSON, then kind
// and version, then the schema, then the members. Heavy header: only for .cpp files.
#pragma once

#include <string>

#include "profiles/support/json_fields.h"
#include "profiles/support/json_text.h"
#include "profiles/support/schema_validator.h"

namespace mlplan {

struct DocumentKind {
  const char* noun;     // "a report"
  const char* schema;   // "mlplan.report"
  const char* version;  // "1.0": what this mlplan writes
  const char* give;     // hint for another kind of file: "give a file that mlplan bench -o has written"
  const char* remake;   // hint for an older version: "measure again with this mlplan"
};

// Before the schema, which could say only that some field is not as it should be. ErrorKind::bad_input.
Status check_kind_and_version(const nlohmann::ordered_json& json, const DocumentKind& kind,
                              const std::string& file_name);

// "schema" and "schema_version", then the fields of `value`.
template <class T>
nlohmann::ordered_json document_json(const DocumentKind& kind, const T& value) {
  nlohmann::ordered_json json;
  json["schema"] = kind.schema;
  json["schema_version"] = kind.version;
  nlohmann::ordered_json members;
  json_fields::write(members, value);
  json.update(members);
  return json;
}

// ErrorKind::bad_input; `where` is "FILE: /json/pointer".
template <class T>
Result<T> read_document(const std::string& text, const std::string& file_name, const DocumentKind& kind,
                        const SchemaValidator& validator) {
  const Result<nlohmann::ordered_json> json = parse_json(text, file_name);
  if (!json) return fail(json.error());
  if (const Status head = check_kind_and_version(*json, kind, file_name); !head) return fail(head.error());
  if (const Status valid = validator.validate(nlohmann::json(*json), file_name); !valid) return fail(valid.error());
  try {
    T value;
    json_fields::read(*json, value);
    return value;
  } catch (const nlohmann::json::exception& error) {  // what a schema cannot say: an integer beyond 64 bits
    return fail(ErrorKind::bad_input, std::string("cannot be read: ") + error.what(), file_name);
  }
}

}  // namespace mlplan
