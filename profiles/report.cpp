#include "profiles/report.h"

#include "profiles/report_fields.h"
#include "profiles/support/json_text.h"

namespace mlplan {

nlohmann::ordered_json to_ordered_json(const Report& report) {
  nlohmann::ordered_json json;
  json["schema"] = kReportSchema;
  json["schema_version"] = kReportSchemaVersion;
  nlohmann::ordered_json sections;
  json_fields::write(sections, report);
  json.update(sections);
  return json;
}

std::string write_report(const Report& report) { return pretty_json(to_ordered_json(report)); }

}  // namespace mlplan
