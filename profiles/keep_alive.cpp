#include "profiles/keep_alive.h"

#include "profiles/keep_alive_fields.h"
#include "profiles/support/document.h"

namespace mlplan {

namespace embedded {
std::string_view keep_alive_schema();  // made by cmake/EmbedFile.cmake
}

namespace {

constexpr DocumentKind kKind = {"a comparison of keep-alive rules", kKeepAliveSchema, kKeepAliveSchemaVersion,
                                "give a file that mlplan simulate --keep-alive -o has written",
                                "simulate again with this mlplan"};

const SchemaValidator& validator() {
  static const SchemaValidator instance(keep_alive_schema());
  return instance;
}

}  // namespace

nlohmann::ordered_json to_ordered_json(const KeepAliveComparison& comparison) {
  return document_json(kKind, comparison);
}

std::string write_keep_alive(const KeepAliveComparison& comparison) { return pretty_json(to_ordered_json(comparison)); }

Result<KeepAliveComparison> read_keep_alive(const std::string& text, const std::string& file_name) {
  return read_document<KeepAliveComparison>(text, file_name, kKind, validator());
}

std::string_view keep_alive_schema() { return embedded::keep_alive_schema(); }

}  // namespace mlplan
