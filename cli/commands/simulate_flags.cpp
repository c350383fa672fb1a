#include "cli/commands/simulate_flags.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "cli/commands/readers.h"
#include "cli/commands/slo_flags.h"
#include "cli/flags.h"
#include "cli/suggestion.h"
#include "profiles/support/csv.h"
#include "profiles/support/units.h"

namespace mlplan::cli {
namespace {

double seconds(Duration duration) { return static_cast<double>(duration.count()) / 1e9; }

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
    target = *number;
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
    service.push_back({batch, planner::deterministic(seconds(*time))});
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

struct PolicyFlags {
  std::optional<std::int64_t> pool;
  std::optional<std::int64_t> lowest;
  std::optional<std::int64_t> highest;
  std::optional<double> target;
  std::optional<std::int64_t> spare;
};

void declare_fleet(Flags& flags, SimulateRequest& request, PolicyFlags& policy) {
  flags.group("Serving");
  flags.value("--batch", "N", "requests served together, at most (1)", read_count(request.measured.max_batch));
  flags.value("--batch-timeout", "TIME", "that a batch waits to fill (0s)", read_time(request.batch_timeout));
  flags.value("--threads", "N", "of a worker, as measured (those with the highest throughput)",
              [&request](const std::string& value) { return read_count(request.measured.threads.emplace())(value); });
  flags.value("--workers", "N", "of an instance (1)", read_count(request.measured.workers));
  flags.value("--concurrency", "N", "batches that a worker serves at once (1)",
              read_count(request.measured.concurrency));
  flags.value("--service", "TIME", "that serving takes, in place of a report: 20ms, or 1=20ms,8=60ms by batch",
              [&request](const std::string& value) { return read_service(value, request.service); });
  flags.value("--service-scv", "X", "variance of that time over its squared mean, lognormal (0)",
              [&request](const std::string& value) -> Status {
                const std::optional<double> number = number_of(value);
                if (!number || !(*number >= 0) || *number > 1000)
                  return fail(ErrorKind::usage, fmt::format("'{}' is no variance", value), "",
                              "1 is that of an exponential");
                request.service_scv = *number;
                return {};
              });
  flags.group("Starting and ending");
  flags.value("--state", "NAME", "of the report's cold start: model_cold, warm or all_cold (model_cold)",
              read_choice(request.state, {"model_cold", "warm", "all_cold"}));
  flags.value("--start-up", "TIME", "from process start to ready, in place of the report's",
              read_time(request.start_up));
  flags.value("--node-start", "TIME", "before it, for a machine (there is one)", read_time(request.node_start));
  flags.toggle("--shared-host", "starts at once slow each other down as was measured", request.shared_host);
  flags.value(
      "--failures", "TIME", "mean between failures of one instance (none)",
      [&request](const std::string& value) { return read_duration(request.time_between_failures.emplace())(value); });
  flags.group("Scaling");
  flags.value("--policy", "NAME", fmt::format("{} (fixed)", fmt::join(planner::preset_names(), ", ")),
              read_policy(request.policy));
  flags.value("--instances", "N", "at the beginning; with fixed, all the time (--min, or 1)",
              read_number_from_0(request.instances));
  flags.value("--min", "N", "instances at least (the policy's own)", read_number_from_0(policy.lowest));
  flags.value("--max", "N", "instances at most (the policy's own)", read_number_from_0(policy.highest));
  flags.value("--target", "X", "hpa, keda, kpa: utilisation; ray: requests per instance (the policy's own)",
              read_positive(policy.target));
  flags.value("--spare", "N", "instances more than needed: buffer-n, spare (1)", read_number_from_0(policy.spare));
  flags.value("--pool", "N", "instances kept warm beside: fixed, ec2-pool (0)", read_number_from_0(policy.pool));
  flags.value("--pool-exit", "TIME", "from there to ready (0s)", read_time(request.pool_exit));
  flags.value("--routing", "NAME", "shared (one queue) or least (to the instance with the fewest requests) (shared)",
              [&request](const std::string& value) -> Status {
                std::string name;
                if (const Status status = read_choice(name, {"shared", "least"})(value); !status) return status;
                request.routing =
                    name == "least" ? planner::Routing::least_outstanding : planner::Routing::shared_queue;
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

// What a policy has no use for would be ignored in silence.
Status take_policy(SimulateRequest& request, const PolicyFlags& given) {
  const std::string& name = request.policy;
  const bool fixed = name == "fixed";
  const auto refuse = [&](bool is_given, const char* flag, bool is_used) -> Status {
    if (!is_given || is_used) return {};
    return fail(ErrorKind::usage, fmt::format("{} says nothing to the policy {}", flag, name), flag, "leave it out");
  };
  for (const Status& status :
       {refuse(given.lowest.has_value(), "--min", !fixed), refuse(given.highest.has_value(), "--max", !fixed),
        refuse(given.target.has_value(), "--target", !fixed && name != "spare"),
        refuse(given.spare.has_value(), "--spare", name == "buffer-n" || name == "spare"),
        refuse(given.pool.has_value(), "--pool", fixed || name == "ec2-pool")}) {
    if (!status) return status;
  }
  if (request.pool_exit && given.pool.value_or(0) == 0)
    return fail(ErrorKind::usage, "--pool-exit is for instances kept warm, and there are none", "--pool-exit",
                "--pool 1");

  planner::PresetOptions& options = request.options;
  options.lowest = given.lowest;
  options.highest = given.highest;
  options.target = given.target;
  options.pool = given.pool.value_or(0);
  options.count = given.spare.value_or(1);
  options.instances = request.instances.value_or(std::max<std::int64_t>(given.lowest.value_or(1), 1));
  if (fixed && options.instances == 0)
    return fail(ErrorKind::usage, "without instances nothing is ever served", "--instances 0", "--instances 1");
  const planner::MeasuredChoice& measured = request.measured;
  options.requests_per_instance = static_cast<double>(measured.workers * measured.concurrency * measured.max_batch);
  if (given.lowest) request.policy_settings["min"] = static_cast<double>(*given.lowest);
  if (given.highest) request.policy_settings["max"] = static_cast<double>(*given.highest);
  if (given.target) request.policy_settings["target"] = *given.target;
  if (given.spare) request.policy_settings["spare"] = static_cast<double>(*given.spare);
  if (given.pool) request.policy_settings["pool"] = static_cast<double>(*given.pool);
  const auto policy = planner::make_policy(name, options);
  return policy ? Status{} : fail(policy.error());
}

Status take_service(SimulateRequest& request) {
  const std::int64_t largest = request.measured.max_batch;
  if (request.service.empty()) {
    if (request.report.empty())
      return fail(ErrorKind::usage, "nothing says how long a request takes", "",
                  "mlplan simulate report.json --rate 120/s, or --service 20ms");
    if (request.service_scv > 0)
      return fail(ErrorKind::usage, "--service-scv is of --service, and there is none", "--service-scv",
                  "leave it out");
    return {};
  }
  if (request.measured.threads)
    return fail(ErrorKind::usage, "--threads chooses from a report, and --service is in its place", "--threads",
                "leave one of them out");
  if (request.service.back().batch < largest) {
    return fail(ErrorKind::usage, fmt::format("nothing says how long a batch of {} takes", largest), "--service",
                fmt::format("--service 1=20ms,{}=60ms", largest));
  }
  if (request.service.front().batch != 1)
    return fail(ErrorKind::usage, "nothing says how long a single request takes", "--service",
                fmt::format("--service 1=20ms,{}=60ms", request.service.back().batch));
  if (request.service_scv > 0) {
    for (planner::BatchService& service : request.service)
      service.time_s = planner::lognormal(service.time_s.mean, request.service_scv);
  }
  return {};
}

Status take_start_up(const SimulateRequest& request) {
  if (request.start_up && request.shared_host && request.report.empty())
    return fail(ErrorKind::usage, "--shared-host needs the simultaneous starts of a report", "--shared-host",
                "mlplan simulate report.json");
  if (starts_instances(request) && request.report.empty() && !request.start_up)
    return fail(ErrorKind::usage, "nothing says how long an instance takes to start", "",
                "mlplan simulate report.json --rate 120/s, or --start-up 60s");
  return {};
}

}  // namespace

bool starts_instances(const SimulateRequest& request) {
  return request.policy != "fixed" || request.time_between_failures.has_value() || request.options.pool > 0;
}

Result<SimulateRequest> parse_simulate_flags(const std::vector<std::string>& arguments, const Style& style) {
  SimulateRequest request;
  PolicyFlags policy;
  Flags flags(
      "mlplan simulate [REPORT.json] --rate RATE [flags]",
      "Plays a traffic through a fleet under a scaling policy, request by request, and shows what became of it. "
      "What an instance takes to serve and to start comes from a report of mlplan bench, or from flags. Exit "
      "code 1 where an objective is missed, 4 where the intervals cannot tell.");
  flags.optional_positional("REPORT.json", "a report of mlplan bench", read_text(request.report));
  flags.group("Traffic");
  declare_traffic(flags, request.traffic);
  declare_run(flags, request);
  declare_fleet(flags, request, policy);
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
  for (const Status& status : {take_policy(request, policy), take_service(request), take_start_up(request)}) {
    if (!status) return fail(status.error());
  }
  if (request.output == "-") request.json = true;
  return request;
}

}  // namespace mlplan::cli
