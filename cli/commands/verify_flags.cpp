#include "cli/commands/verify_flags.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/commands/model_flags.h"
#include "cli/commands/readers.h"
#include "profiles/support/csv.h"
#include "profiles/support/units.h"

namespace mlplan::cli {
namespace {

constexpr std::int64_t kFewestReplications = 40;  // an interval at 95 % needs that many
constexpr std::int64_t kMostReplications = 10'000;

Flags::Reader read_time_scale(double& target) {
  return [&target](const std::string& value) -> Status {
    const std::optional<double> number = number_of(value);
    if (!number || !(*number >= 1) || *number > 100'000)
      return fail(ErrorKind::usage, fmt::format("'{}' is no number from 1 on", value), "",
                  "60 plays an hour of the traffic in a minute");
    target = *number;
    return {};
  };
}

Flags::Reader read_replications(std::int64_t& target) {
  return [&target](const std::string& value) -> Status {
    if (Status status = read_count(target)(value); !status) return status;
    if (target < kFewestReplications || target > kMostReplications)
      return fail(ErrorKind::usage,
                  fmt::format("{} is not from {} to {}", target, kFewestReplications, kMostReplications));
    return {};
  };
}

}  // namespace

Result<VerifyRequest> parse_verify_flags(const std::vector<std::string>& arguments, const Style& style) {
  VerifyRequest request;
  Flags flags("mlplan verify PLAN.json [flags]",
              "Plays a plan for real: starts its workers on this machine, as many as it carries, sends them the plan's "
              "traffic at the load that the plan gives them, and holds what happens against what was predicted for "
              "just that run before it began. Exit code 1 where the prediction does not hold, 4 where the machine was "
              "too noisy to tell.");
  flags.positional("PLAN", "a plan of mlplan plan", read_text(request.plan));
  flags.value("--model", "FILE", "the model that was planned for (where the report says)",
              read_text(request.options.model_path));
  flags.value("--report", "FILE", "the report that the plan rests on (where the plan says)", read_text(request.report));
  flags.group("What is played");
  flags.value("--from", "TIME", "where in the traffic it begins (its busiest stretch)",
              [&request](const std::string& value) -> Status {
                const Result<Nanoseconds> from = parse_duration(value);
                if (!from) return fail(from.error());
                request.from = *from;
                return {};
              });
  flags.value("--duration", "TIME", "in which requests come (2m)", read_duration(request.duration));
  flags.value("--time-scale", "X", "seconds of the traffic's shape in one of the run (1)",
              read_time_scale(request.time_scale));
  flags.value("--instances", "N", "to run (as many as there are CPUs for, at most the plan's)",
              [&request](const std::string& value) { return read_count(request.instances.emplace())(value); });
  flags.value("--kill", "N", "instances that serve to kill during the run (0)", read_count(request.kills));
  flags.value("--replications", "N", "of the prediction (400)", read_replications(request.replications));
  flags.value("--seed", "N", "of all random numbers (1)", read_seed(request.seed));
  flags.group("Traffic, in place of the plan's");
  declare_traffic(flags, request.traffic);
  flags.group("Worker");
  declare_torch(flags, request.options);
  declare_worker(flags, request.options);
  flags.value("--inference-limit", "TIME", "a worker hangs whose inference takes longer (60s)",
              read_duration(request.options.inference_limit));
  flags.group("Output");
  flags.value("-o,--output", "FILE", "write the verification, with its timeline, as JSON", read_text(request.output));
  flags.toggle("--json", "print JSON", request.json);
  flags.toggle("-q,--quiet", "no progress", request.quiet);
  flags.toggle("-v,--verbose", "leave nothing out", request.verbose);
  flags.value("--color", "WHEN", "auto, always or never (auto; $NO_COLOR)", read_colour());
  Result<std::optional<std::string>> help = flags.parse(arguments, style);
  if (!help) return fail(help.error());
  if (*help) {
    request.help = **help;
    return request;
  }
  request.traffic_given = request.traffic.rate_per_s || !request.traffic.path.empty();
  if (request.output == "-") request.json = true;
  return request;
}

}  // namespace mlplan::cli
