// mlplan schema: the JSON Schema of a document, for the tools around mlplan.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/commands/commands.h"
#include "cli/commands/readers.h"
#include "cli/flags.h"
#include "cli/output.h"
#include "profiles/catalog.h"
#include "profiles/comparison.h"
#include "profiles/keep_alive.h"
#include "profiles/machine_profile.h"
#include "profiles/plan.h"
#include "profiles/report.h"
#include "profiles/simulation.h"
#include "profiles/traffic.h"
#include "profiles/verdict.h"
#include "profiles/verification.h"

namespace mlplan::cli {
namespace {

struct Document {
  std::string name;
  std::string_view (*schema)();
};
const std::vector<Document> kDocuments = {{"report", report_schema},         {"catalog", catalog_schema},
                                          {"traffic", traffic_schema},       {"plan", plan_schema},
                                          {"simulation", simulation_schema}, {"verdict", verdict_schema},
                                          {"comparison", comparison_schema}, {"keep_alive", keep_alive_schema},
                                          {"machine", machine_schema},       {"verification", verification_schema}};

}  // namespace

Result<int> run_schema(const std::vector<std::string>& arguments, const Context& context) {
  std::string document = kDocuments.front().name;
  std::vector<std::string> names;
  for (const Document& each : kDocuments) names.push_back(each.name);
  Flags flags("mlplan schema [DOCUMENT]", "Prints the JSON Schema (draft-07) of a document.");
  flags.optional_positional("DOCUMENT", fmt::format("{} (report)", fmt::join(names, ", ")),
                            read_choice(document, names));
  flags.value("--color", "WHEN", "auto, always or never (auto; $NO_COLOR)", read_colour());
  const Result<std::optional<std::string>> help = flags.parse(arguments, context.answer);
  if (!help) return fail(help.error());
  const auto chosen = std::ranges::find(kDocuments, document, &Document::name);
  std::string answer(*help ? **help : std::string(chosen->schema()));
  if (!answer.ends_with('\n')) answer += '\n';
  if (Status status = write_answer(answer); !status) return fail(status.error());
  return 0;
}

}  // namespace mlplan::cli
