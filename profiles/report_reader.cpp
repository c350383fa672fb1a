// read_report: JSON, then the version, then the schema, then the values.
#include <charconv>

#include "profiles/report.h"
#include "profiles/report_fields.h"
#include "profiles/support/json_text.h"
#include "profiles/support/schema_validator.h"

namespace mlplan {

namespace embedded {
std::string_view report_schema();  // made by cmake/EmbedFile.cmake
}

namespace {

using Json = nlohmann::ordered_json;

const std::string* text_at(const Json& json, const char* key) {
  const auto found = json.is_object() ? json.find(key) : json.end();
  return found == json.end() ? nullptr : found->get_ptr<const std::string*>();
}

// The number before the dot of "2.0"; -1 when there is none.
int major_of(const std::string& version) {
  int major = -1;
  const auto result = std::from_chars(version.data(), version.data() + version.size(), major);
  return result.ec == std::errc() && *result.ptr == '.' ? major : -1;
}

// Before the schema, which could say only that some field is not as it should be.
Status check_kind_and_version(const Json& json, const std::string& file_name) {
  if (!json.is_object()) return fail(ErrorKind::bad_input, "is not a report: the JSON is no object", file_name + ": /");
  const std::string* schema = text_at(json, "schema");
  if (schema == nullptr) {
    return fail(ErrorKind::bad_input, "is not a report: it has no \"schema\"", file_name + ": /schema",
                "give a file that mlplan bench -o has written");
  }
  if (*schema != kReportSchema) {
    return fail(ErrorKind::bad_input, "is not a report, but \"" + *schema + '"', file_name + ": /schema",
                "give a file that mlplan bench -o has written");
  }
  const std::string* version = text_at(json, "schema_version");
  if (version == nullptr) return {};  // the schema says it better
  const int major = major_of(*version);
  const int ours = major_of(kReportSchemaVersion);
  if (major < 0 || major == ours) return {};
  std::string hint = major > ours ? "read it with a newer mlplan" : "measure again with this mlplan";
  if (const auto tool = json.find("mlplan"); tool != json.end()) {
    const std::string* writer = text_at(*tool, "version");
    if (writer != nullptr && !writer->empty()) {
      hint = major > ours ? "read it with mlplan " + *writer + ", which wrote it, or a newer one"
                          : "read it with mlplan " + *writer + ", which wrote it, or measure again with this one";
    }
  }
  return fail(ErrorKind::bad_input,
              "has schema_version " + *version + "; this mlplan (" MLPLAN_VERSION ") reads version " +
                  kReportSchemaVersion + " and other " + std::to_string(ours) + ".x",
              file_name + ": /schema_version", std::move(hint));
}

const SchemaValidator& validator() {
  static const SchemaValidator instance(report_schema());
  return instance;
}

}  // namespace

std::string_view report_schema() { return embedded::report_schema(); }

Result<Report> read_report(const std::string& text, const std::string& file_name) {
  const Result<Json> json = parse_json(text, file_name);
  if (!json) return fail(json.error());
  if (const Status kind = check_kind_and_version(*json, file_name); !kind) return fail(kind.error());
  if (const Status valid = validator().validate(nlohmann::json(*json), file_name); !valid) return fail(valid.error());
  try {
    Report report;
    json_fields::read(*json, report);
    return report;
  } catch (const Json::exception& error) {  // what a schema cannot say: an integer beyond 64 bits, nesting of inputs
    return fail(ErrorKind::bad_input, std::string("cannot be read: ") + error.what(), file_name);
  }
}

}  // namespace mlplan
