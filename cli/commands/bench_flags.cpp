#include "cli/commands/bench_flags.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/commands/command_flags.h"
#include "cli/commands/model_flags.h"
#include "cli/commands/readers.h"
#include "cli/flags.h"
#include "profiles/slo.h"
#include "profiles/support/suggestion.h"
#include "profiles/support/units.h"

namespace mlplan::cli {
namespace {

Flags::Reader read_list(std::vector<std::int64_t>& target) {
  return [&target](const std::string& value) -> Status {
    Result<std::vector<std::int64_t>> list = parse_int_list(value);
    if (!list) return fail(list.error());
    target = *std::move(list);
    return {};
  };
}

Flags::Reader read_dim(bench::Options& options) {
  return [&options](const std::string& value) -> Status {
    const std::size_t equals = value.find('=');
    if (equals == std::string::npos || equals == 0) {
      return fail(ErrorKind::usage, fmt::format("'{}' is not of the form NAME=LIST", value), "", "--dim seq=16..512*2");
    }
    const std::string name = value.substr(0, equals);
    const std::string list_text = value.substr(equals + 1);
    if (name == "batch") return fail(ErrorKind::usage, "batch has a flag of its own", "", "--batch " + list_text);
    Result<std::vector<std::int64_t>> list = parse_int_list(list_text);
    if (!list) return fail(list.error());
    options.dims[name] = *std::move(list);
    return {};
  };
}

Flags::Reader read_vary(bench::Options& options) {
  return [&options](const std::string& value) -> Status {
    constexpr const char* kExample = "--vary CUDA_MODULE_LOADING=LAZY,EAGER";
    const std::size_t equals = value.find('=');
    if (equals == std::string::npos || equals == 0)
      return fail(ErrorKind::usage, fmt::format("'{}' is not of the form NAME=LIST", value), "", kExample);
    std::vector<std::string> values = split_list(value.substr(equals + 1));
    std::vector<std::string> sorted = values;
    std::ranges::sort(sorted);
    if (std::ranges::find(sorted, "") != sorted.end() || sorted.empty())
      return fail(ErrorKind::usage, fmt::format("'{}' has an empty value", value), "", kExample);
    if (const auto twice = std::ranges::adjacent_find(sorted); twice != sorted.end())
      return fail(ErrorKind::usage, fmt::format("'{}' is there twice", *twice), "", kExample);
    if (!options.vary.emplace(value.substr(0, equals), std::move(values)).second)
      return fail(ErrorKind::usage, fmt::format("{} is varied twice", value.substr(0, equals)), "", kExample);
    return {};
  };
}

Flags::Reader read_rates(std::vector<double>& target) {
  return [&target](const std::string& value) -> Status {
    std::vector<double> rates;
    for (const std::string& each : split_list(value)) {
      const Result<double> rate = parse_rate(each);
      if (!rate) return fail(rate.error());
      if (!(*rate > 0)) return fail(ErrorKind::usage, fmt::format("at '{}' nothing ever arrives", each), "", "50/s");
      rates.push_back(*rate);
    }
    std::sort(rates.begin(), rates.end());
    rates.erase(std::unique(rates.begin(), rates.end()), rates.end());
    target = std::move(rates);
    return {};
  };
}

Flags::Reader read_arrivals(bench::Arrivals& target) {
  return [&target](const std::string& value) -> Status {
    std::string name;
    if (Status status = read_choice(name, {"poisson", "constant"})(value); !status) return status;
    target = name == "poisson" ? bench::Arrivals::poisson : bench::Arrivals::constant;
    return {};
  };
}

Flags::Reader read_slo(std::vector<LatencyObjective>& target) {
  return [&target](const std::string& value) -> Status {
    Result<std::vector<LatencyObjective>> objectives = parse_latency_objectives(value);
    if (!objectives) return fail(objectives.error());
    target = *std::move(objectives);
    return {};
  };
}

// --only names parts; what is not named is left out.
Flags::Reader read_only(std::vector<std::string>& parts) {
  return [&parts](const std::string& value) -> Status {
    for (const std::string& part : split_list(value)) {
      std::string name;
      if (Status status = read_choice(name, {"cold-start", "memory", "steady", "load", "quality"})(part); !status)
        return status;
      parts.push_back(name);
    }
    return {};
  };
}

void declare_parts(Flags& flags, bench::Options& options, std::vector<std::string>& only) {
  flags.group("What is measured");
  flags.value("--batch", "LIST", "batch sizes, as 1,2,8 or 1..32*2 (1 to 32 as time allows)",
              read_list(options.batches));
  flags.value("--threads", "LIST", "threads within an inference (1 and all CPUs)", read_list(options.threads));
  flags.value("--workers", "LIST", "processes side by side (1 and one per CPU)", read_list(options.workers));
  flags.repeatable("--dim", "NAME=LIST", "values of another dimension, as seq=16..512*2", read_dim(options));
  flags.toggle("--all-cold", "also start with the libraries out of the page cache", options.all_cold);
  flags.repeatable("--only", "PARTS", "of cold-start, memory, steady, load, quality (all)", read_only(only));
  flags.value("--golden", "FILE", "hold the outputs against those in this file", read_text(options.golden));
}

void declare_effort(Flags& flags, bench::Options& options) {
  flags.group("How hard");
  flags.value("--time-box", "TIME", "for everything together (1m)", read_duration(options.time_box));
  flags.value("--samples", "N", "of each kind of cold start at least, in the box (6)", read_count(options.min_samples));
  flags.value("--max-samples", "N", fmt::format("of each kind of cold start at most ({})", options.max_samples),
              read_count(options.max_samples));
  flags.value("--seed", "N", "of the samples' order and the inputs' values (1)", read_seed(options.seed));
  flags.value("--load-stall", "TIME", "give up on loading without progress for (30s)",
              read_duration(options.load_stall));
  flags.value("--inference-limit", "TIME", "give up on one inference after (60s)",
              read_duration(options.inference_limit));
}

void declare_load(Flags& flags, bench::Options& options) {
  flags.group("Load");
  flags.value("--rate", "LIST", "requests that arrive on a schedule, as 50/s,100/s (none)", read_rates(options.rates));
  flags.value("--arrivals", "KIND", "of those: poisson or constant (poisson)", read_arrivals(options.arrivals));
  flags.value("--concurrency", "LIST", "requests in flight in one worker, as 1,2 (1)", read_list(options.concurrency));
  flags.value("--slo", "LIST", "find the highest rate that keeps this, as p99=50ms", read_slo(options.slo));
}

// The load is measured where something asks for it, and what asks for it is measured.
Status check_load(const bench::Options& options) {
  const char* asks = !options.rates.empty()                                ? "--rate"
                     : !options.slo.empty()                                ? "--slo"
                     : options.concurrency != std::vector<std::int64_t>{1} ? "--concurrency"
                                                                           : nullptr;
  if (asks != nullptr && !options.load) {
    return fail(ErrorKind::usage, fmt::format("{} belongs to the load, which --only leaves out", asks), "--only",
                "--only load");
  }
  const bool nothing_else = !options.cold_start && !options.memory && !options.steady && !options.quality;
  if (asks == nullptr && options.load && nothing_else) {
    return fail(ErrorKind::usage, "nothing says which load", "--only load", "add --rate 50/s, or --slo p99=50ms");
  }
  return {};
}

void declare_vary(Flags& flags, bench::Options& options) {
  flags.repeatable("--vary", "NAME=LIST", "variable of the worker's environment: start at each value, too",
                   read_vary(options));
}

Status check_vary(const bench::Options& options) {
  for (const auto& [name, values] : options.vary) {
    if (!options.cold_start)
      return fail(ErrorKind::usage, "--vary is about cold starts, which --only leaves out", "--only",
                  "--only cold-start");
    if (options.environment.contains(name))
      return fail(ErrorKind::usage, fmt::format("{} cannot be at a value of --env and at those of --vary", name),
                  "--vary", "leave one of the two out");
  }
  return {};
}

void declare_output(Flags& flags, BenchRequest& request) {
  flags.group("Output");
  flags.value("--machine", "FILE", "limits by mlplan probe: figures stand beside them", read_text(request.machine));
  flags.value("--save-golden", "FILE", "write inputs and outputs (.npz) to hold others against",
              read_text(request.options.save_golden));
  flags.value("-o,--output", "FILE", "also write the report as JSON; - is standard output", read_text(request.output));
  flags.toggle("--json", "print the report as JSON, no table", request.json);
  flags.toggle("-v,--verbose", "leave nothing out of the table", request.verbose);
  flags.toggle("-q,--quiet", "no progress and no warnings on standard error", request.quiet);
  flags.value("--color", "WHEN", "auto, always or never (auto; $NO_COLOR)", read_colour());
}

}  // namespace

void declare_measuring(Flags& flags, MeasuringFlags& measuring) {
  declare_parts(flags, measuring.options, measuring.only);
  declare_load(flags, measuring.options);
  declare_effort(flags, measuring.options);
  flags.group("The worker's world");
  declare_worker(flags, measuring.options);
  declare_torch(flags, measuring.options);
}

Status finish_measuring(MeasuringFlags& measuring, const Environment& environment) {
  bench::Options& options = measuring.options;
  const std::vector<std::string>& only = measuring.only;
  if (Status status = finish_model(measuring.model); !status) return status;
  if (options.max_samples == measuring.usual_at_most)
    options.max_samples = std::max(options.max_samples, options.min_samples);
  if (options.max_samples < options.min_samples) {
    return fail(ErrorKind::usage,
                fmt::format("at most {} samples cannot be at least {}", options.max_samples, options.min_samples),
                "--max-samples", fmt::format("--samples {}", options.max_samples));
  }
  if (!only.empty()) {
    const auto named = [&](const char* part) { return std::find(only.begin(), only.end(), part) != only.end(); };
    options.cold_start = named("cold-start");
    options.memory = named("memory");
    options.steady = named("steady");
    options.load = named("load");
    options.quality = named("quality");
  }
  if (Status status = check_load(options); !status) return status;
  take_variables(options, environment);
  return {};
}

Result<BenchRequest> parse_bench_flags(const std::vector<std::string>& arguments, const Environment& environment,
                                       const Style& style) {
  BenchRequest request;
  MeasuringFlags measuring{request.options};
  CommandFlags command;
  Flags flags(
      kBenchUsage,
      "Measures cold start, memory, latency and throughput. No flags are needed for common models. Defaults are in "
      "parentheses.");
  flags.group("Model");
  flags.optional_positional("MODEL", kModelHelp, read_text(request.options.model_path));
  declare_call(flags, measuring.model);
  declare_format(flags, measuring.model);
  declare_measuring(flags, measuring);
  declare_vary(flags, request.options);
  declare_command(flags, command);
  declare_output(flags, request);

  Result<std::optional<std::string>> help = flags.parse(arguments, style);
  if (!help) return fail(help.error());
  if (*help) {
    request.help = **help;
    return request;
  }
  Result<std::optional<bench::CommandOptions>> program = finish_command(command, measuring.model, measuring.only);
  if (!program) return fail(program.error());
  request.command = *std::move(program);
  if (Status status = finish_measuring(measuring, environment); !status) return fail(status.error());
  const bench::Options& options = request.options;
  if (Status status = check_vary(options); !status) return fail(status.error());
  if (!options.golden.empty() && !options.save_golden.empty()) {
    return fail(ErrorKind::usage, "a golden is either checked or written", "--golden with --save-golden",
                "leave one of the two out");
  }
  if (!request.output.empty() && request.output == options.save_golden) {
    return fail(ErrorKind::usage, "report and golden would be one file", "--save-golden " + options.save_golden,
                "--save-golden golden.npz");
  }
  if (request.command && !request.machine.empty()) {
    return fail(ErrorKind::usage, "a program is seen from outside: this is for models only", "--machine",
                "leave it out, or measure a model");
  }
  if (request.output == "-") request.json = true;
  return request;
}

}  // namespace mlplan::cli
