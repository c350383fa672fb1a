#include "profiles/report.h"

#include <algorithm>

#include "profiles/report_fields.h"
#include "profiles/support/json_text.h"

namespace mlplan {

const ColdStartState* find_state(const Report& report, std::string_view name) {
  for (const ColdStartState& state : report.cold_start.states) {
    if (state.name == name && state.achieved && state.time_to_first_result.n > 0) return &state;
  }
  return nullptr;
}

const Phase* find_phase(const std::vector<Phase>& phases, std::string_view name) {
  const auto found = std::ranges::find(phases, name, &Phase::name);
  return found == phases.end() ? nullptr : &*found;
}

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
