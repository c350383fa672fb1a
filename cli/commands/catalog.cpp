// mlplan catalog: instance types and their prices: list, show, validate, import.
#include <fmt/format.h>

#include <array>
#include <limits>
#include <optional>

#include "cli/commands/catalog_flags.h"
#include "cli/commands/commands.h"
#include "cli/commands/readers.h"
#include "cli/output.h"
#include "cli/views/catalog_view.h"
#include "profiles/support/atomic_file.h"
#include "profiles/support/suggestion.h"

namespace mlplan::cli {
namespace {

using Arguments = std::vector<std::string>;

constexpr std::size_t kFindingsAtMost = 20;  // -v shows all

Result<int> answer(const std::string& text, int code = 0) {
  if (Status status = write_answer(text); !status) return fail(status.error());
  return code;
}

std::size_t findings_limit(const Style& style) {
  return style.verbose ? std::numeric_limits<std::size_t>::max() : kFindingsAtMost;
}

Flags::Reader read_sort(const CatalogField*& field, bool& descending) {
  return [&field, &descending](const std::string& value) -> Status {
    descending = value.starts_with('-');
    const std::string name = value.substr(descending ? 1 : 0);
    field = find_catalog_field(name);
    if (field != nullptr) return {};
    const std::string guess = nearest(name, catalog_field_names());
    return fail(ErrorKind::usage, fmt::format("there is no field '{}'", name), "",
                guess.empty() ? fmt::format("one of {}", fmt::join(catalog_field_names(), ", ")) : guess);
  };
}

Result<int> run_list(const Arguments& arguments, const Context& context) {
  CatalogChoice choice;
  const CatalogField* field = nullptr;
  bool descending = false;
  std::int64_t limit = std::numeric_limits<std::int64_t>::max();
  bool json = false;
  bool csv = false;
  Flags flags("mlplan catalog list [flags]", fmt::format("Lists instance types and what they cost. Fields: {}.",
                                                         fmt::join(catalog_field_names(), ", ")));
  flags.group("Which");
  declare_catalog(flags, choice);
  flags.value("--sort", "FIELD", "lowest first; -FIELD: highest first (the catalog's order)",
              read_sort(field, descending));
  flags.value("--limit", "N", "at most so many (all)", read_count(limit));
  flags.group("Output");
  flags.toggle("--json", "print a catalog document", json);
  flags.toggle("--csv", "print CSV, in base units", csv);
  flags.value("--color", "WHEN", "auto, always or never (auto; $NO_COLOR)", read_colour());
  const Result<std::optional<std::string>> help = flags.parse(arguments, context.answer);
  if (!help) return fail(help.error());
  if (*help) return answer(**help);
  if (json && csv) return fail(ErrorKind::usage, "--json and --csv exclude each other");

  const Result<Catalog> catalog = open_catalog(choice, context.remarks);
  if (!catalog) return fail(catalog.error());
  std::vector<const InstanceType*> rows = select(*catalog, choice.conditions);
  if (field != nullptr) sort_by(rows, *field, descending);
  if (static_cast<std::int64_t>(rows.size()) > limit) rows.resize(static_cast<std::size_t>(limit));
  if (json) {
    Catalog selected;
    selected.currency = catalog->currency;
    for (const InstanceType* type : rows) selected.instances.push_back(*type);
    return answer(write_catalog(selected));
  }
  if (csv) return answer(write_catalog_csv(rows));
  if (rows.empty()) {
    say(fmt::format("mlplan: none of {} instance types matches\n", catalog->instances.size()));
    return 0;
  }
  return answer(catalog_table(rows, context.answer));
}

Result<int> run_show(const Arguments& arguments, const Context& context) {
  CatalogChoice choice;
  std::string name;
  bool json = false;
  Flags flags("mlplan catalog show NAME [flags]", "Shows all that is known about an instance type.");
  flags.positional("NAME", "of the instance type", read_text(name));
  declare_catalog(flags, choice);
  flags.toggle("--json", "print a catalog document", json);
  flags.value("--color", "WHEN", "auto, always or never (auto; $NO_COLOR)", read_colour());
  const Result<std::optional<std::string>> help = flags.parse(arguments, context.answer);
  if (!help) return fail(help.error());
  if (*help) return answer(**help);

  const Result<Catalog> catalog = open_catalog(choice, context.remarks);
  if (!catalog) return fail(catalog.error());
  Catalog found;
  std::vector<std::string> names;
  for (const InstanceType* type : select(*catalog, choice.conditions)) {
    names.push_back(type->name);
    if (type->name == name) found.instances.push_back(*type);
  }
  if (found.instances.empty()) {
    const std::string guess = nearest(name, names);
    return fail(ErrorKind::usage, fmt::format("there is no instance type '{}'", name), "NAME",
                guess.empty() ? "mlplan catalog list" : "mlplan catalog show " + shell_quoted(guess));
  }
  if (json) return answer(write_catalog(found));
  std::string text;
  for (const InstanceType& type : found.instances) text += instance_view(type, context.answer);
  return answer(text);
}

Result<int> run_validate(const Arguments& arguments, const Context& context) {
  CatalogCsvOptions options;
  std::string path;
  bool json = false;
  Style style = context.answer;
  Flags flags("mlplan catalog validate FILE [flags]",
              "Says what is wrong with a catalog, JSON or CSV. Exit code 1 where a row cannot be used.");
  flags.positional("FILE", "the catalog", read_text(path));
  flags.group("A CSV file");
  declare_catalog_csv(flags, options);
  flags.group("Output");
  flags.toggle("--json", "print JSON", json);
  flags.toggle("-v,--verbose", "leave nothing out", style.verbose);
  flags.value("--color", "WHEN", "auto, always or never (auto; $NO_COLOR)", read_colour());
  const Result<std::optional<std::string>> help = flags.parse(arguments, context.answer);
  if (!help) return fail(help.error());
  if (*help) return answer(**help);

  const Result<CheckedCatalog> checked = read_catalog_file(path, options);
  if (!checked) return fail(checked.error());
  const int code = has_errors(checked->findings) ? 1 : 0;
  if (json) return answer(findings_json(checked->findings), code);
  return answer(findings_text(checked->findings, findings_limit(style), style) +
                    fmt::format("{}: {}\n", shown(path, style), findings_summary(*checked)),
                code);
}

Result<int> run_import(const Arguments& arguments, const Context& context) {
  CatalogCsvOptions options;
  std::string path;
  std::string output = "-";
  Style remarks = context.remarks;
  Flags flags("mlplan catalog import FILE.csv [flags]",
              "Makes a catalog of a CSV table. Columns are found by their usual names, or named with --map. Rows that "
              "cannot be used are left out, and it is said why.");
  flags.positional("FILE.csv", "with a header", read_text(path));
  flags.group("The table");
  declare_catalog_csv(flags, options);
  flags.group("Output");
  flags.value("-o,--output", "FILE", "the catalog; - is standard output (-)", read_text(output));
  flags.toggle("-v,--verbose", "name every row that was left out", remarks.verbose);
  flags.value("--color", "WHEN", "auto, always or never (auto; $NO_COLOR)", read_colour());
  const Result<std::optional<std::string>> help = flags.parse(arguments, context.answer);
  if (!help) return fail(help.error());
  if (*help) return answer(**help);

  if (output != "-") {
    if (Status status = check_writable(output); !status) return fail(status.error());
  }
  Result<CsvReader> reader = CsvReader::open(path);
  if (!reader) return fail(reader.error());
  const Result<CheckedCatalog> checked = import_catalog_csv(*reader, options);
  if (!checked) return fail(checked.error());
  say(findings_text(checked->findings, findings_limit(remarks), remarks));
  if (checked->catalog.instances.empty()) {
    const std::string first = checked->findings.empty() ? "" : ": " + checked->findings.front().message;
    return fail(ErrorKind::bad_input, "no row can be used" + first, path);
  }
  if (Status status = write_file(output, write_catalog(checked->catalog)); !status) return fail(status.error());
  say(fmt::format("{}: {}\n", shown(output == "-" ? path : output, remarks), findings_summary(*checked)));
  return 0;
}

constexpr std::array kSubcommands = {
    Command{"list", "lists instance types: filtered, sorted, as a table, JSON or CSV", run_list},
    Command{"show", "shows all that is known about one", run_show},
    Command{"validate", "says what is wrong with a catalog", run_validate},
    Command{"import", "makes a catalog of a CSV table", run_import},
};

std::string overview(const Style& style) {
  std::string text = "usage: " + paint("mlplan catalog COMMAND [flags]", Ink::bold, style) + "\n" +
                     "Instance types and what they cost. A catalog is part of mlplan; others are read from files.\n" +
                     paint("Commands", Ink::bold, style) + "\n";
  for (const Command& command : kSubcommands) text += fmt::format("  {:<10}{}\n", command.name, command.summary);
  return text + paint("Examples", Ink::bold, style) + "\n" +
         "  mlplan catalog list --sort price --where 'gpu_memory>=24GiB' --where cloud=aws\n"
         "  mlplan catalog import prices.csv --map price=OnDemand,memory=RAM:GiB --cloud aws -o catalog.json\n";
}

}  // namespace

Result<int> run_catalog(const Arguments& arguments, const Context& context) {
  if (arguments.empty())
    return fail(ErrorKind::usage, "catalog needs a command", "", "mlplan catalog list, show, validate or import");
  if (arguments.front() == "--help" || arguments.front() == "-h") return answer(overview(context.answer));
  std::vector<std::string> names;
  for (const Command& command : kSubcommands) {
    if (arguments.front() == command.name) return command.run({arguments.begin() + 1, arguments.end()}, context);
    names.emplace_back(command.name);
  }
  const std::string guess = nearest(arguments.front(), names);
  return fail(ErrorKind::usage, fmt::format("unknown command 'catalog {}'", arguments.front()), "",
              guess.empty() ? "mlplan catalog list, show, validate or import" : "mlplan catalog " + guess);
}

}  // namespace mlplan::cli
