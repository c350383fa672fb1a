// mlplan bench: flags, run, view.
#include "bench/bench.h"

#include <fmt/format.h>

#include <filesystem>

#include "bench/beside_machine.h"
#include "cli/commands/bench_flags.h"
#include "cli/commands/commands.h"
#include "cli/commands/measuring.h"
#include "cli/output.h"
#include "cli/views/terminal_report.h"
#include "profiles/report.h"
#include "profiles/support/atomic_file.h"

namespace mlplan::cli {
namespace {

// Hours of measuring must not end at a folder that does not exist, nor a report replace the model.
Status check_place(const std::string& flag, const std::string& path, const char* what, const std::string& model) {
  if (path.empty() || path == "-") return {};
  std::error_code ignored;
  if (std::filesystem::equivalent(path, model, ignored)) {
    return fail(ErrorKind::usage, fmt::format("{} would replace the model", what), flag + " " + path,
                flag + (flag == "-o" ? " report.json" : " golden.npz"));
  }
  Status status = check_writable(path);
  if (!status && status.error().where.empty()) {
    Error error = status.error();
    error.where = flag + " " + path;
    return fail(std::move(error));
  }
  return status;
}

Status check_output(const BenchRequest& request) {
  const std::string& model = request.options.model_path;
  if (Status report = check_place("-o", request.output, "the report", model); !report) return report;
  return check_place("--save-golden", request.options.save_golden, "the golden", model);
}

bool ended_by_time_box(const Report& report) {
  if (report.mlplan.stop == "time_box") return true;
  for (const SteadyRow& row : report.steady) {
    if (row.stop == "time_box") return true;
  }
  return false;
}

constexpr std::chrono::minutes kLongerBox{5};

// With all that was asked for this time: without its --input a model may not run at all.
Closing closing_of(const Report& report, const BenchRequest& request, const std::vector<std::string>& arguments,
                   bool written) {
  Closing closing;
  const std::string model = shell_quoted(request.options.model_path);
  if (written) closing.written_to = request.output;
  if (!written) {
    closing.next = "mlplan bench " + shell_line(arguments) + " -o report.json";
    closing.next_why = "keeps the report, with every sample";
  } else if (ended_by_time_box(report) && request.options.time_box < kLongerBox) {
    closing.next = "mlplan bench " + shell_line(without_value_flag(arguments, "--time-box")) + " --time-box 5m";
    closing.next_why = "narrows the intervals";
  } else if (!request.command) {
    closing.next = "mlplan inspect " + model;
    closing.next_why = "shows what is inside";
  }
  return closing;
}

Result<bench::Outcome> measure(const BenchRequest& request, const Context& context) {
  if (request.command) return measure_command(request.options, *request.command, request.quiet, context);
  Result<std::vector<bench::Outcome>> outcomes =
      measure_in_turns({request.options.model_path}, request.options, {}, request.quiet, context);
  if (!outcomes) return fail(outcomes.error());
  return std::move(outcomes->front());
}

}  // namespace

Result<int> run_bench(const std::vector<std::string>& arguments, const Context& context) {
  const Result<BenchRequest> request = parse_bench_flags(arguments, context.environment, context.answer);
  if (!request) return fail(request.error());
  if (!request->help.empty()) {
    if (Status status = write_answer(request->help); !status) return fail(status.error());
    return 0;
  }
  if (Status status = check_output(*request); !status) return fail(status.error());
  std::optional<bench::ProfileInUse> machine;
  if (!request->machine.empty()) {
    Result<bench::ProfileInUse> opened =
        bench::open_profile_of_this_machine(request->machine, request->options.model_path);
    if (!opened) return fail(opened.error());
    machine = *std::move(opened);
  }

  Result<bench::Outcome> measured = measure(*request, context);
  if (!measured) return fail(measured.error());
  if (machine) measured->report.beside_machine = bench::beside_machine(measured->report, *machine);
  const bench::Outcome& outcome = *measured;
  const Report& report = outcome.report;

  const bool to_file = is_file(request->output);
  const std::string json = to_file || request->json ? write_report(report) : "";
  const Status written = to_file ? write_file(request->output, json) : Status{};
  Style style = context.answer;
  style.verbose = request->verbose;
  const std::string answer =
      request->json ? json
                    : terminal_report(report, closing_of(report, *request, arguments, to_file && written), style);
  // What was measured is shown even where it could not be written.
  const Status shown_status = write_answer(answer);
  if (request->json && !request->quiet) {
    for (const Warning& warning : report.warnings) say(warning_text(warning.message, warning.hint, context.remarks));
  }
  if (!written) return fail(written.error());
  if (!shown_status) return fail(shown_status.error());
  if (outcome.failure) return fail(*outcome.failure);
  return report.mlplan.stop == "interrupted" ? exit_code(ErrorKind::interrupted) : 0;
}

}  // namespace mlplan::cli
