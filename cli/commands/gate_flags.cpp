#include "cli/commands/gate_flags.h"

#include <fmt/format.h>

#include <filesystem>

#include "cli/commands/readers.h"
#include "profiles/support/atomic_file.h"

namespace mlplan::cli {
namespace {

struct GivenLimit {
  LimitKind kind;
  std::string assignment;
};

struct Given {
  std::string budget_file;
  std::vector<GivenLimit> limits;
  std::optional<double> max_regression;
};

Flags::Reader read_limit(std::vector<GivenLimit>& limits, LimitKind kind) {
  return [&limits, kind](const std::string& value) -> Status {
    limits.push_back({kind, value});
    Budget ignored;
    Status status = add_limit(ignored, kind, value, "");
    return status;
  };
}

Flags flags_of(GateRequest& request, Given& given, MeasuringFlags& measuring) {
  Flags flags(
      "mlplan gate REPORT [flags]",
      "Holds a report against budgets, and against a baseline: pass, fail or inconclusive. Exit code 0 where all "
      "pass, 1 where one fails, 4 where the samples cannot tell.");
  flags.positionals("REPORT", "what mlplan bench -o wrote; with --bench a model",
                    [&request](const std::string& value) -> Status {
                      request.files.push_back(value);
                      return {};
                    });
  flags.toggle("--bench",
               "measure the model, and go on while a clause is undecided and there is time; of two models, in turns, "
               "the first is the baseline",
               request.measure);
  flags.group("Budgets");
  flags.value("--budget", "FILE", "the table [budget] of this file (mlplan.toml, where there is one)",
              read_text(given.budget_file));
  flags.repeatable("--max", "PATH=LIMIT", "at most: memory.peak_rss=2GiB, 'steady[batch=8].latency.p99=30ms'",
                   read_limit(given.limits, LimitKind::max));
  flags.repeatable("--min", "PATH=LIMIT", "at least: throughput=100/s", read_limit(given.limits, LimitKind::min));
  flags.toggle("--init", "write a budget file from the report instead: limits are what was measured, with margins",
               request.init);
  flags.group("Baseline");
  flags.value("--baseline", "FILE", "the report to compare with", read_text(request.baseline));
  flags.value("--max-regression", "SHARE",
              "how much worse each of the budget's figures may be; without a budget, the headline figures",
              [&given](const std::string& value) -> Status {
                const Result<double> share = parse_regression(value, "");
                if (!share) return fail(share.error());
                given.max_regression = *share;
                return {};
              });
  flags.value("--confirm", "FILE",
              "a second report of the same model, made minutes later: without it a stored baseline fails nothing",
              read_text(request.confirmation));
  flags.group("Output");
  flags.value("--inconclusive", "AS", "pass or fail: its exit code, in place of 4",
              read_choice(request.inconclusive, {"pass", "fail"}));
  flags.value("--format", "FORMAT",
              "of the verdict: table, json, markdown, junit, github (annotations); of the report: bmf (Bencher), "
              "github-action-benchmark, google-benchmark, csv (all paths) (table)",
              read_choice(request.format, {"table", "json", "markdown", "junit", "github", "bmf",
                                           "github-action-benchmark", "google-benchmark", "csv"}));
  flags.value("-o,--output", "FILE",
              "write it to this file and the table to standard output; without --format the verdict as JSON; - is "
              "standard output; of github-action-benchmark what its two files begin with",
              read_text(request.output));
  flags.value("--junit", "FILE", "write the verdict as JUnit XML as well", read_text(request.junit));
  flags.value("--markdown", "FILE", "write the verdict as Markdown as well", read_text(request.markdown));
  flags.toggle("-q,--quiet", "the verdict in one line", request.quiet);
  flags.toggle("-v,--verbose", "leave nothing out", request.verbose);
  flags.value("--color", "WHEN", "auto, always or never (auto; $NO_COLOR)", read_colour());
  flags.group("With --bench");
  flags.value("--report", "FILE", "write the report that was measured", read_text(request.report_output));
  declare_call(flags, measuring.model);
  declare_measuring(flags, measuring);
  return flags;
}

Result<Budget> read_budget_file(const std::string& named) {
  std::error_code ignored;
  if (named.empty() && !std::filesystem::exists(kBudgetFile, ignored)) return Budget{};
  const std::string path = named.empty() ? kBudgetFile : named;
  const Result<std::string> text = read_file(path);
  if (!text) return fail(text.error());
  return read_budget(*text, path);
}

Status check_files(const GateRequest& request) {
  const auto wrong = [](const std::string& message, const std::string& where, const char* hint) {
    return fail(ErrorKind::usage, message, where, hint);
  };
  if (request.files.size() > (request.measure ? 2U : 1U)) {
    return request.measure ? wrong("more models than a baseline and the one to be judged", request.files[2], "name two")
                           : wrong("there is one report too many", request.files[1],
                                   "--baseline FILE for the one to compare with, --bench for models");
  }
  if (!request.measure && !request.report_output.empty())
    return wrong("nothing is measured, so there is no report to write", "--report", "--bench, and a model");
  if (!request.measure) return {};
  if (request.init)
    return wrong("a budget is made of a report, not of a model", "--init", "mlplan bench MODEL -o report.json first");
  if (!request.confirmation.empty()) return wrong("--bench makes its own second run", "--confirm", "leave it out");
  if (request.files.size() > 1 && !request.baseline.empty())
    return wrong("the first model is the baseline already", "--baseline", "leave one of them out");
  return {};
}

}  // namespace

bool is_export(const std::string& format) {
  return format == "bmf" || format == "github-action-benchmark" || format == "google-benchmark" || format == "csv";
}

Result<GateRequest> parse_gate_flags(const std::vector<std::string>& arguments, const Environment& environment,
                                     const Style& style) {
  GateRequest request;
  request.options.max_samples = bench::kMostWantedSamples;
  Given given;
  MeasuringFlags measuring{request.options};
  const Flags flags = flags_of(request, given, measuring);
  Result<std::optional<std::string>> help = flags.parse(arguments, style);
  if (!help) return fail(help.error());
  if (*help) {
    request.help = **help;
    return request;
  }
  if (Status status = check_files(request); !status) return fail(status.error());
  if (request.init) return request;
  if (Status status = finish_measuring(measuring, environment); !status) return fail(status.error());
  if (request.options.time_box == bench::Options{}.time_box) request.options.time_box *= std::ssize(request.files);
  if (request.format == "github-action-benchmark" && (request.output.empty() || request.output == "-")) {
    return fail(ErrorKind::usage, "this format is two files, one for each direction", "--format " + request.format,
                "-o metrics, for metrics-smaller-is-better.json and metrics-bigger-is-better.json");
  }
  Result<Budget> budget = read_budget_file(given.budget_file);
  if (!budget) return fail(budget.error());
  request.budget = *std::move(budget);
  for (const GivenLimit& limit : given.limits) {
    const char* flag = limit.kind == LimitKind::max ? "--max " : "--min ";
    if (Status status = add_limit(request.budget, limit.kind, limit.assignment, flag + limit.assignment); !status)
      return fail(status.error());
  }
  if (given.max_regression) {
    request.budget.max_regression = given.max_regression;
    if (request.baseline.empty() && request.files.size() < 2)
      return fail(ErrorKind::usage, "there is nothing that it could be worse than", "--max-regression",
                  "--baseline FILE");
  }
  return request;
}

}  // namespace mlplan::cli
