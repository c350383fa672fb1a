#include "cli/commands/catalog_flags.h"

#include <fmt/format.h>

#include "cli/commands/readers.h"
#include "cli/output.h"
#include "cli/views/catalog_view.h"
#include "profiles/support/suggestion.h"

namespace mlplan::cli {

Flags::Reader read_condition(std::vector<Condition>& target) {
  return [&target](const std::string& value) -> Status {
    Result<Condition> condition = parse_condition(value);
    if (!condition) {
      Error error = condition.error();
      const std::string guess = nearest(field_name_of(value), catalog_field_names());
      const bool unknown = find_catalog_field(field_name_of(value)) == nullptr;
      if (unknown && !guess.empty()) error.hint = guess;
      return fail(std::move(error));
    }
    target.push_back(*condition);
    return {};
  };
}

void declare_catalog(Flags& flags, CatalogChoice& choice) {
  flags.value("--catalog", "FILE", "a catalog, JSON or CSV (the shipped one)", read_text(choice.path));
  flags.repeatable("--where", "CONDITION",
                   "only types with FIELD OP VALUE, as 'gpu_memory>=24GiB', 'cloud=aws' or 'name~g5'; all of several",
                   read_condition(choice.conditions));
}

void declare_catalog_csv(Flags& flags, CatalogCsvOptions& options) {
  flags.repeatable("--map", "FIELD=COLUMN", "which column holds a field, with its unit: price=OnDemand,memory=RAM:GiB",
                   [&options](const std::string& value) -> Status {
                     Status status = parse_catalog_map(value, options.map);
                     if (status) return {};
                     Error error = status.error();
                     const std::string wrong = error.message.substr(0, error.message.rfind('\''));
                     const std::string guess = nearest(wrong.substr(wrong.rfind('\'') + 1), csv_catalog_fields());
                     if (error.message.starts_with("there is no field") && !guess.empty()) error.hint = guess;
                     return fail(std::move(error));
                   });
  flags.value("--cloud", "NAME", "of rows without a column for it: aws, gcp, azure (as the names tell)",
              read_text(options.cloud));
  flags.value("--region", "NAME", "of rows without a column for it", read_text(options.region));
  flags.value("--date", "DATE", "on which the prices held, as 2026-07-20", read_text(options.date));
  flags.value("--source", "TEXT", "where the prices stand", read_text(options.source));
}

Result<Catalog> open_catalog(const CatalogChoice& choice, const Style& remarks) {
  if (choice.path.empty()) return shipped_catalog();
  Result<CheckedCatalog> checked = read_catalog_file(choice.path);
  if (!checked) return fail(checked.error());
  if (has_errors(checked->findings)) {
    std::vector<std::string> bad;
    for (const Finding& finding : checked->findings) {
      if (finding.severity == Finding::Severity::error) bad.push_back(finding.where + ": " + finding.message);
    }
    if (checked->catalog.instances.empty())
      return fail(ErrorKind::bad_input, "no row can be used: " + bad.front(), choice.path,
                  "mlplan catalog validate " + shell_quoted(choice.path));
    say(warning_text(
        fmt::format("rows that cannot be used were left out ({} found); the first: {}", bad.size(), bad.front()),
        "mlplan catalog validate " + shell_quoted(choice.path), remarks));
  }
  return std::move(checked->catalog);
}

}  // namespace mlplan::cli
