// mlplan inspect: what a model file holds, and what could be inferred about its inputs.
#include "bench/bench.h"
#include "cli/commands/commands.h"
#include "cli/commands/model_flags.h"
#include "cli/commands/readers.h"
#include "cli/flags.h"
#include "cli/output.h"
#include "cli/signals.h"
#include "cli/views/inspection.h"

namespace mlplan::cli {

Result<int> run_inspect(const std::vector<std::string>& arguments, const Context& context) {
  bench::Options options;
  ModelFlags model{options};
  bool json = false;
  Style style = context.answer;
  Flags flags("mlplan inspect MODEL [flags]",
              "Shows methods, inputs and where they were inferred from, weights by type, and the file's layout.");
  flags.group("Model");
  declare_model(flags, model);
  flags.group("The worker's world");
  declare_worker(flags, options);
  declare_torch(flags, options);
  flags.group("Output");
  flags.toggle("--json", "print JSON", json);
  flags.toggle("-v,--verbose", "leave nothing out", style.verbose);
  flags.value("--color", "WHEN", "auto, always or never (auto; $NO_COLOR)", read_colour());

  const Result<std::optional<std::string>> help = flags.parse(arguments, context.answer);
  if (!help) return fail(help.error());
  std::string answer;
  if (*help) {
    answer = **help;
  } else {
    if (Status status = finish_model(model); !status) return fail(status.error());
    take_variables(options, context.environment);
    bench::Hooks hooks;
    hooks.interrupted = interrupted;
    hooks.argv = context.argv;
    const Result<bench::Inspection> inspection = bench::inspect(options, hooks);
    if (!inspection) return fail(inspection.error());
    answer = json ? inspection_json(*inspection) : inspection_view(*inspection, style);
  }
  if (Status status = write_answer(answer); !status) return fail(status.error());
  return 0;
}

}  // namespace mlplan::cli
