#include "profiles/report.h"
#include "profiles/report_fields.h"
#include "profiles/support/document.h"

namespace mlplan {

namespace embedded {
std::string_view report_schema();  // made by cmake/EmbedFile.cmake
}

namespace {

constexpr DocumentKind kKind = {"a report", kReportSchema, kReportSchemaVersion,
                                "give a file that mlplan bench -o has written", "measure again with this mlplan"};

const SchemaValidator& validator() {
  static const SchemaValidator instance(report_schema());
  return instance;
}

}  // namespace

std::string_view report_schema() { return embedded::report_schema(); }

Result<Report> read_report(const std::string& text, const std::string& file_name) {
  return read_document<Report>(text, file_name, kKind, validator());
}

}  // namespace mlplan
