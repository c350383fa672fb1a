#include "cli/commands/simulate_flags.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "cli/commands/readers.h"
#include "cli/commands/slo_flags.h"
#include "cli/flags.h"
#include "planner/policies/presets.h"
#include "profiles/support/csv.h"
#include "profiles/support/suggestion.h"
#include "profiles/support/units.h"

namespace mlplan::cli {
namespace {

Flags::Reader read_number_from_0(std::optional<std::int64_t>& target) {
  return [&target](const std::string& value) -> Status {
    std::int64_t number = 0;
    const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (problem != std::errc() || end != value.data() + value.size() || number < 0 || number > 100'000)
      return fail(ErrorKind::usage, fmt::format("'{}' is not a whole number from 0 to 100,000", value));
    target = number;
    return {};
  };
}

Flags::Reader read_positive(std::optional<double>& target) {
  return [&target](const std::string& value) -> Status {
    const std::optional<double> number = number_of(value);
    if (!number || !(*number > 0)) return fail(ErrorKind::usage, fmt::format("'{}' is no number above 0", value));
    target = number;
    return {};
  };
}

template <class Target>
Flags::Reader read_time(Target& target) {  // 0 among them
  return [&target](const std::string& value) -> Status {
    const Result<Nanoseconds> duration = parse_duration(value);
    if (!duration) return fail(duration.error());
    if (duration->count() < 0) return fail(ErrorKind::usage, fmt::format("'{}' is negative", value));
    target = *duration;
    return {};
  };
}

// "20ms", or "1=20ms,8=60ms".
Status read_service(const std::string& value, std::vector<planner::BatchService>& service) {
  constexpr const char* kHint = "20ms, or by size of batch 1=20ms,8=60ms";
  service.clear();
  for (const std::string& item : split_list(value)) {
    const std::size_t equals = item.find('=');
    std::int64_t batch = 1;
    if (equals != std::string::npos) {
      if (const Status status = read_count(batch)(item.substr(0, equals)); !status)
        return fail(ErrorKind::usage, fmt::format("'{}' is no size of a batch", item.substr(0, equals)), "", kHint);
    }
    const Result<Nanoseconds> time = parse_duration(item.substr(equals == std::string::npos ? 0 : equals + 1));
    if (!time) return fail(time.error());
    if (time->count() <= 0) return fail(ErrorKind::usage, "serving takes some time", "", kHint);
    service.push_back({batch, planner::deterministic(to_seconds(*time))});
  }
  std::sort(service.begin(), service.end(), [](const auto& a, const auto& b) { return a.batch < b.batch; });
  const auto same = std::adjacent_find(service.begin(), service.end(),
                                       [](const auto& a, const auto& b) { return a.batch == b.batch; });
  if (same != service.end())
    return fail(ErrorKind::usage, fmt::format("a batch of {} stands twice", same->batch), "", kHint);
  return {};
}

Flags::Reader read_policy(std::string& policy) {
  return [&policy](const std::string& value) -> Status {
    const auto known = planner::preset_names();
    if (std::find(known.begin(), known.end(), value) == known.end()) {
      const std::string guess = nearest(value, std::vector<std::string>(known.begin(), known.end()));
      return fail(ErrorKind::usage, fmt::format("no policy is called '{}'", value), "",
                  guess.empty() ? fmt::format("one of {}", fmt::join(known, ", ")) : guess);
    }
    policy = value;
    return {};
  };
}

// Notes that the flag was given.
Flags::Reader noted(std::vector<std::string>& given, const char* flag, Flags::Reader read) {
  return [&given, flag, read = std::move(read)](const std::string& value) -> Status {
    if (std::ranges::find(given, flag) == given.end()) given.emplace_back(flag);
    return read(value);
  };
}

void declare_serving(Flags& flags, SimulateRequest& request) {
  const auto value = [&](const char* flag, const char* placeholder, const char* help, Flags::Reader read) {
    flags.value(flag, placeholder, help, noted(request.serving_given, flag, std::move(read)));
  };
  flags.group("Serving");
  value("--batch", "N", "requests served together, at most (1)", read_count(request.measured.max_batch));
  value("--batch-timeout", "TIME", "that a batch waits to fill (0s)", read_time(request.batch_timeout));
  value("--threads", "N", "of a worker, as measured (those with the highest throughput)",
        [&request](const std::string& text) { return read_count(request.measured.threads.emplace())(text); });
  value("--workers", "N", "of an instance (1)", read_count(request.measured.workers));
  value("--concurrency", "N", "batches that a worker serves at once (1)", read_count(request.measured.concurrency));
  value("--service", "TIME", "that serving takes, in place of a report: 20ms, or 1=20ms,8=60ms by batch",
        [&request](const std::string& text) { return read_service(text, request.service); });
  value("--service-scv", "X", "variance of that time over its squared mean, lognormal (0)",
        [&request](const std::string& text) -> Status {
          const std::optional<double> number = number_of(text);
          if (!number || !(*number >= 0) || *number > 1000)
            return fail(ErrorKind::usage, fmt::format("'{}' is no variance", text), "", "1 is that of an exponential");
          request.service_scv = *number;
          return {};
        });
}

void declare_starting(Flags& flags, SimulateRequest& request) {
  const auto value = [&](const char* flag, const char* placeholder, const char* help, Flags::Reader read) {
    flags.value(flag, placeholder, help, noted(request.starting_given, flag, std::move(read)));
  };
  flags.group("Starting and ending");
  value("--state", "NAME", "of the report's cold start: model_cold, warm or all_cold (model_cold)",
        read_choice(request.state, {"model_cold", "warm", "all_cold"}));
  value("--start-up", "TIME", "from process start to ready, in place of the report's", read_time(request.start_up));
  value("--node-start", "TIME", "before it, for a machine (there is one)", read_time(request.node_start));
  flags.toggle("--shared-host", "starts at once slow each other down as was measured", request.shared_host);
  flags.value(
      "--failures", "TIME", "mean between failures of one instance (none)",
      [&request](const std::string& text) { return read_duration(request.time_between_failures.emplace())(text); });
  flags.value("--interruptions", "TIME", "mean between interruptions of one spot instance (none)",
              [&request](const std::string& text) {
                return read_duration(request.time_between_interruptions.emplace())(text);
              });
  flags.value("--notice", "TIME", "before one; AWS gives 2m, Google Cloud and Azure 30s (2m)",
              read_time(request.notice));
}

void declare_scaling(Flags& flags, SimulateRequest& request) {
  const auto value = [&](const char* flag, const char* placeholder, const char* help, Flags::Reader read) {
    flags.value(flag, placeholder, help, noted(request.scaling_given, flag, std::move(read)));
  };
  GivenScaling& given = request.scaling;
  flags.group("Scaling");
  flags.value("--policy", "NAME", fmt::format("{} (the plan's, or fixed)", fmt::join(planner::preset_names(), ", ")),
              read_policy(request.policy));
  value("--instances", "N", "at the beginning; with fixed, all the time (the plan's; --min, or 1)",
        read_number_from_0(given.instances));
  value("--min", "N", "instances at least (the policy's own)", read_number_from_0(given.lowest));
  value("--max", "N", "instances at most (the policy's own)", read_number_from_0(given.highest));
  value("--target", "X", "hpa, keda, kpa: utilisation; ray: requests per instance (the policy's own)",
        read_positive(given.target));
  value("--spare", "N", "instances more than needed: buffer-n, spare (1)", read_number_from_0(given.spare));
  value("--pool", "N", "instances kept warm beside: fixed, ec2-pool (0)", read_number_from_0(given.pool));
  value("--pool-exit", "TIME", "from there to ready (0s)", read_time(request.pool_exit));
  flags.value("--routing", "NAME",
              "shared (one queue) or least (to the instance with the fewest requests) (shared; of a plan least)",
              [&request](const std::string& text) -> Status {
                std::string name;
                if (const Status status = read_choice(name, {"shared", "least"})(text); !status) return status;
                request.routing =
                    name == "least" ? Routing::least_outstanding : Routing::shared_queue;
                return {};
              });
}

void declare_run(Flags& flags, SimulateRequest& request) {
  flags.group("What is played");
  flags.value("--from", "TIME", "where in the traffic it begins (0s)", read_time(request.from));
  flags.value("--duration", "TIME", "in which requests come (all of a file, a day, or 1h of a rate)",
              [&request](const std::string& value) { return read_duration(request.duration.emplace())(value); });
  flags.value("--warm-up", "TIME", "at its beginning, not counted (0s)", read_time(request.warm_up));
  flags.value("--replications", "N", "times with other random numbers, for the intervals (5)",
              read_count(request.replications));
  flags.value("--seed", "N", "of all random numbers (1)", read_seed(request.seed));
}

}  // namespace

Result<SimulateRequest> parse_simulate_flags(const std::vector<std::string>& arguments, const Style& style) {
  SimulateRequest request;
  Flags flags(
      "mlplan simulate [REPORT.json|PLAN.json] --rate RATE [flags]",
      "Plays a traffic through a fleet under a scaling policy, request by request, and shows what became of it. "
      "What an instance takes to serve and to start comes from a report of mlplan bench, from flags, or from a plan, "
      "which brings its instances, scaling and objectives, too. Exit code 1 where an objective is missed, 4 where the "
      "intervals cannot tell. Many rarely used models that share a host: mlplan simulate --keep-alive 10m --help.");
  flags.optional_positional("DOCUMENT", "a report of mlplan bench, or a plan of mlplan plan",
                            read_text(request.document));
  flags.value("--report", "FILE", "the report that the plan rests on (where the plan says)", read_text(request.report));
  flags.group("Traffic");
  declare_traffic(flags, request.traffic);
  declare_run(flags, request);
  declare_serving(flags, request);
  declare_starting(flags, request);
  declare_scaling(flags, request);
  flags.group("Objectives");
  declare_request_slo(flags, request.slo);
  flags.group("Output");
  flags.value("-o,--output", "FILE", "write the simulation, with its timeline, as JSON", read_text(request.output));
  flags.toggle("--json", "print JSON", request.json);
  flags.toggle("-v,--verbose", "leave nothing out", request.verbose);
  flags.value("--color", "WHEN", "auto, always or never (auto; $NO_COLOR)", read_colour());
  Result<std::optional<std::string>> help = flags.parse(arguments, style);
  if (!help) return fail(help.error());
  if (*help) {
    request.help = **help;
    return request;
  }
  if (request.shared_host) request.starting_given.emplace_back("--shared-host");
  if (request.output == "-") request.json = true;
  return request;
}

}  // namespace mlplan::cli
