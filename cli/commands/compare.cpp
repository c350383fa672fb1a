// mlplan compare: what changed between reports, or between models measured in turns.
#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/commands/measuring.h"
#include "cli/commands/readers.h"
#include "cli/commands/report_file.h"
#include "cli/output.h"
#include "cli/views/compare_view.h"
#include "gate/comparison.h"
#include "profiles/support/atomic_file.h"

namespace mlplan::cli {
namespace {

struct CompareRequest {
  std::vector<std::string> files;  // reports, or models with --bench
  bool measure = false;
  bench::Options options;
  std::optional<double> least_effect;
  std::string format = "table";
  std::string output;
  bool quiet = false;
  bool verbose = false;
  std::string help;
};

Result<CompareRequest> parse(const std::vector<std::string>& arguments, const Context& context) {
  CompareRequest request;
  MeasuringFlags measuring{request.options};
  Flags flags(
      "mlplan compare REPORT REPORT... [flags]",
      "Shows what changed from the first report to the others, and whether it is more than noise; or measures "
      "models in turns, which tells the most. Exit code 1 where a headline figure got worse, 4 where one cannot "
      "be told.");
  flags.positionals("REPORT", "what mlplan bench -o wrote; with --bench, models",
                    [&](const std::string& value) -> Status {
                      request.files.push_back(value);
                      return {};
                    });
  flags.toggle("--bench", "the files are models: measure them in turns, in one run", request.measure);
  flags.value("--least-effect", "SHARE", "a smaller change counts as none (5 % in turns, else 10 %)",
              [&](const std::string& value) -> Status {
                const Result<double> share = parse_regression(value, "--least-effect");
                if (!share) return fail(share.error());
                request.least_effect = *share;
                return {};
              });
  flags.group("Output");
  flags.value("--format", "FORMAT", "table, markdown or json (table)",
              read_choice(request.format, {"table", "markdown", "json"}));
  flags.value("-o,--output", "FILE", "write the comparison as JSON; - is standard output", read_text(request.output));
  flags.toggle("-v,--verbose", "leave nothing out", request.verbose);
  flags.toggle("-q,--quiet", "no progress on standard error", request.quiet);
  flags.value("--color", "WHEN", "auto, always or never (auto; $NO_COLOR)", read_colour());
  flags.group("With --bench");
  declare_call(flags, measuring.model);
  declare_measuring(flags, measuring);

  const Result<std::optional<std::string>> help = flags.parse(arguments, context.answer);
  if (!help) return fail(help.error());
  if (*help) {
    request.help = **help;
    return request;
  }
  if (request.files.size() < 2)
    return fail(ErrorKind::usage, "there is nothing to compare it with", request.files.front(),
                request.measure ? "mlplan compare --bench old.pt new.pt" : "mlplan compare main.json branch.json");
  if (Status status = finish_measuring(measuring, context.environment); !status) return fail(status.error());
  if (request.options.time_box == bench::Options{}.time_box) request.options.time_box *= std::ssize(request.files);
  if (request.output == "-") request.format = "json";
  return request;
}

// The reports, read or measured.
Result<std::vector<Report>> reports_of(const CompareRequest& request, const Context& context) {
  std::vector<Report> reports;
  if (request.measure) {
    Result<std::vector<bench::Outcome>> outcomes =
        measure_in_turns(request.files, request.options, {}, request.quiet, context);
    if (!outcomes) return fail(outcomes.error());
    for (bench::Outcome& outcome : *outcomes) {
      if (outcome.failure) return fail(*outcome.failure);
      reports.push_back(std::move(outcome.report));
    }
    return reports;
  }
  for (const std::string& path : request.files) {
    Result<Report> report = open_report(path);
    if (!report) return fail(report.error());
    reports.push_back(*std::move(report));
  }
  return reports;
}

int code_of(const Comparison& comparison) {
  switch (gate::headline_change(comparison)) {
    case gate::Change::none: return 0;
    case gate::Change::worse: return 1;
    case gate::Change::unsure: break;
  }
  return exit_code(ErrorKind::inconclusive);
}

}  // namespace

Result<int> run_compare(const std::vector<std::string>& arguments, const Context& context) {
  const Result<CompareRequest> request = parse(arguments, context);
  if (!request) return fail(request.error());
  if (!request->help.empty()) {
    if (Status status = write_answer(request->help); !status) return fail(status.error());
    return 0;
  }
  const bool to_file = is_file(request->output);
  if (Status status = check_output_file(request->output); !status) return fail(status.error());
  const Result<std::vector<Report>> reports = reports_of(*request, context);
  if (!reports) return fail(reports.error());
  std::vector<gate::NamedReport> named;
  for (std::size_t i = 0; i < reports->size(); ++i) named.push_back({&(*reports)[i], request->files[i]});
  Comparison comparison = gate::compare(named, request->least_effect);
  comparison.version = MLPLAN_VERSION;
  comparison.argv = context.argv;

  const bool as_json = request->format == "json";
  const std::string json = to_file || as_json ? write_comparison(comparison) : "";
  const Status written = to_file ? write_file(request->output, json) : Status{};
  Style style = context.answer;
  style.verbose = request->verbose;
  const std::string answer = as_json                         ? json
                             : request->format == "markdown" ? compare_markdown(comparison)
                                                             : compare_view(comparison, style);
  if (Status status = write_answer(answer); !status) return fail(status.error());
  if (!written) return fail(written.error());
  return code_of(comparison);
}

}  // namespace mlplan::cli
