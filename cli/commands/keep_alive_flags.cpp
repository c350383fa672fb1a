#include "cli/commands/keep_alive_flags.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/commands/readers.h"
#include "cli/flags.h"

namespace mlplan::cli {
namespace {

constexpr const char* kFlag = "--keep-alive";

// "10m,hybrid,greedy-dual".
Status read_rules(const std::string& value, std::vector<KeepAliveRule>& rules) {
  constexpr const char* kHint = "10m,hybrid,greedy-dual: a time since the last request, or a rule by its name";
  rules.clear();
  for (const std::string& name : split_list(value)) {
    if (std::ranges::find(rules, name, &KeepAliveRule::name) != rules.end())
      return fail(ErrorKind::usage, fmt::format("'{}' stands twice", name), "", kHint);
    if (name == "hybrid") {
      rules.push_back({name, planner::HybridHistogram{}});
    } else if (name == "greedy-dual") {
      rules.push_back({name, planner::GreedyDual{}});
    } else {
      const Result<Nanoseconds> time = parse_duration(name);
      if (!time || time->count() < 0)
        return fail(ErrorKind::usage, fmt::format("'{}' is no rule that keeps models in memory", name), "", kHint);
      rules.push_back({name, planner::FixedKeepAlive{.keep_s = to_seconds(*time)}});
    }
  }
  return {};
}

Status read_model(const std::string& value, std::map<std::string, std::string>& reports) {
  const std::size_t equals = value.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == value.size())
    return fail(ErrorKind::usage, fmt::format("'{}' names no model and report", value), "", "resnet50=report.json");
  const std::string name = value.substr(0, equals);
  if (!reports.emplace(name, value.substr(equals + 1)).second)
    return fail(ErrorKind::usage, fmt::format("model '{}' has two reports", name), "", "leave one of them out");
  return {};
}

Flags::Reader read_size(std::optional<Bytes>& target) {
  return [&target](const std::string& value) -> Status {
    const Result<Bytes> bytes = parse_bytes(value);
    if (!bytes) return fail(bytes.error());
    if (bytes->count <= 0) return fail(ErrorKind::usage, fmt::format("'{}' is no memory", value), "", "2GiB");
    target = *bytes;
    return {};
  };
}

Status check(const KeepAliveRequest& request) {
  if (request.trace.empty()) {
    return fail(ErrorKind::usage, "nothing says when a request comes, and for which model", "--traffic",
                "--traffic TRACE.csv: a row a request, with its time and its model");
  }
  const bool evicts = std::ranges::any_of(
      request.rules, [](const KeepAliveRule& rule) { return std::holds_alternative<planner::GreedyDual>(rule.rule); });
  if (evicts && !request.host_memory) {
    return fail(ErrorKind::usage, "greedy-dual unloads models when memory is full, and nothing says how much there is",
                "--host-memory", "--host-memory 32GiB");
  }
  if (request.start_up && !request.model_memory) {
    return fail(ErrorKind::usage, "nothing says how much memory a model without a report takes", "--model-memory",
                "--model-memory 2GiB");
  }
  if (request.model_memory && !request.start_up) {
    return fail(ErrorKind::usage, "nothing says how long a model without a report takes to load", "--start-up",
                "--start-up 5s");
  }
  if (request.reports.empty() && !request.start_up) {
    return fail(ErrorKind::usage, "nothing says what the models take to load and in memory", "--model",
                "--model NAME=REPORT.json for each, or for all --start-up 5s --model-memory 2GiB");
  }
  return {};
}

}  // namespace

bool asks_for_keep_alive(const std::vector<std::string>& arguments) {
  return std::ranges::any_of(arguments, [](const std::string& argument) {
    return argument == kFlag || argument.starts_with(std::string(kFlag) + "=");
  });
}

Result<KeepAliveRequest> parse_keep_alive_flags(const std::vector<std::string>& arguments, const Style& style) {
  KeepAliveRequest request;
  Flags flags("mlplan simulate --keep-alive RULES --traffic TRACE.csv [flags]",
              "Replays a trace of many rarely used models on a host under rules that say which stay in memory between "
              "requests: cold requests against memory held. Exit code 1 where no rule fits on the host.");
  flags.group("Rules and requests");
  flags.value(kFlag, "RULES", "a time since the last request, hybrid or greedy-dual: 10m,hybrid,greedy-dual",
              [&request](const std::string& value) { return read_rules(value, request.rules); });
  flags.value("--traffic", "FILE", "CSV of single requests, with time and model", read_text(request.trace));
  flags.repeatable("--traffic-map", "MAP", "which column says what, as time=at,model=app",
                   [&request](const std::string& value) { return parse_traffic_map(value, request.columns); });
  flags.group("What models take");
  flags.repeatable("--model", "NAME=FILE", "the report of a model, by its name in the trace",
                   [&request](const std::string& value) { return read_model(value, request.reports); });
  flags.value("--state", "NAME", "of the reports' cold starts: model_cold, warm or all_cold (model_cold)",
              read_choice(request.state, {"model_cold", "warm", "all_cold"}));
  flags.value("--start-up", "TIME", "of each model without a report, until its first result",
              [&request](const std::string& value) { return read_duration(request.start_up.emplace())(value); });
  flags.value("--model-memory", "SIZE", "of each model without a report, while it is loaded",
              read_size(request.model_memory));
  flags.value("--host-memory", "SIZE", "for models on the host (not known)", read_size(request.host_memory));
  flags.group("Output");
  flags.value("-o,--output", "FILE", "write the comparison as JSON", read_text(request.output));
  flags.toggle("--json", "print JSON", request.json);
  flags.toggle("-v,--verbose", "leave nothing out", request.verbose);
  flags.value("--color", "WHEN", "auto, always or never (auto; $NO_COLOR)", read_colour());
  Result<std::optional<std::string>> help = flags.parse(arguments, style);
  if (!help) return fail(help.error());
  if (*help) {
    request.help = **help;
    return request;
  }
  if (Status status = check(request); !status) return fail(status.error());
  if (request.output == "-") request.json = true;
  return request;
}

}  // namespace mlplan::cli
