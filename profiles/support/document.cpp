#include "profiles/support/document.h"

#include <charconv>

namespace mlplan {
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

}  // namespace

Status check_kind_and_version(const Json& json, const DocumentKind& kind, const std::string& file_name) {
  const std::string is_not = std::string("is not ") + kind.noun;
  if (!json.is_object()) return fail(ErrorKind::bad_input, is_not + ": the JSON is no object", file_name + ": /");
  const std::string* schema = text_at(json, "schema");
  if (schema == nullptr) {
    return fail(ErrorKind::bad_input, is_not + ": it has no \"schema\"", file_name + ": /schema", kind.give);
  }
  if (*schema != kind.schema) {
    return fail(ErrorKind::bad_input, is_not + ", but \"" + *schema + '"', file_name + ": /schema", kind.give);
  }
  const std::string* version = text_at(json, "schema_version");
  if (version == nullptr) return {};  // the schema says it better
  const int major = major_of(*version);
  const int ours = major_of(kind.version);
  if (major < 0 || major == ours) return {};
  std::string hint = major > ours ? "read it with a newer mlplan" : kind.remake;
  if (const auto tool = json.find("mlplan"); tool != json.end()) {
    const std::string* writer = text_at(*tool, "version");
    if (writer != nullptr && !writer->empty()) {
      hint = major > ours ? "read it with mlplan " + *writer + ", which wrote it, or a newer one"
                          : "read it with mlplan " + *writer + ", which wrote it, or " + kind.remake;
    }
  }
  return fail(ErrorKind::bad_input,
              "has schema_version " + *version + "; this mlplan (" MLPLAN_VERSION ") reads version " + kind.version +
                  " and other " + std::to_string(ours) + ".x",
              file_name + ": /schema_version", std::move(hint));
}

}  // namespace mlplan
