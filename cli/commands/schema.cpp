// mlplan schema: the JSON Schema of a document, for the tools around mlplan.
#include "cli/commands/commands.h"
#include "cli/commands/readers.h"
#include "cli/flags.h"
#include "cli/output.h"
#include "profiles/catalog.h"
#include "profiles/keep_alive.h"
#include "profiles/plan.h"
#include "profiles/report.h"
#include "profiles/simulation.h"
#include "profiles/traffic.h"

namespace mlplan::cli {
namespace {

std::string_view schema_of(const std::string& document) {
  if (document == "catalog") return catalog_schema();
  if (document == "keep_alive") return keep_alive_schema();
  if (document == "plan") return plan_schema();
  if (document == "simulation") return simulation_schema();
  if (document == "traffic") return traffic_schema();
  return report_schema();
}

}  // namespace

Result<int> run_schema(const std::vector<std::string>& arguments, const Context& context) {
  std::string document = "report";
  Flags flags("mlplan schema [DOCUMENT]", "Prints the JSON Schema (draft-07) of a document.");
  flags.optional_positional(
      "DOCUMENT", "report, catalog, traffic, plan, simulation or keep_alive (report)",
      read_choice(document, {"report", "catalog", "traffic", "plan", "simulation", "keep_alive"}));
  flags.value("--color", "WHEN", "auto, always or never (auto; $NO_COLOR)", read_colour());
  const Result<std::optional<std::string>> help = flags.parse(arguments, context.answer);
  if (!help) return fail(help.error());
  std::string answer(*help ? **help : std::string(schema_of(document)));
  if (!answer.ends_with('\n')) answer += '\n';
  if (Status status = write_answer(answer); !status) return fail(status.error());
  return 0;
}

}  // namespace mlplan::cli
