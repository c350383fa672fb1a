#include "cli/commands/simulate_checks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace mlplan::cli {
namespace {

// A plan says how its instances serve, start and, without --policy, scale.
Status take_plan(SimulateRequest& request, const SimulateDocuments& documents) {
  const Deployment& planned = *documents.planned();
  std::vector<std::string> contradicting = request.serving_given;
  contradicting.insert(contradicting.end(), request.starting_given.begin(), request.starting_given.end());
  if (!contradicting.empty()) {
    return fail(ErrorKind::usage, "the plan says how its instances serve and start",
                fmt::format("{}", fmt::join(contradicting, ", ")),
                fmt::format("leave it out, or play the report: mlplan simulate {}", documents.report_path));
  }
  if (request.policy.empty() && !request.scaling_given.empty()) {
    return fail(ErrorKind::usage, "the plan says how it scales",
                fmt::format("{}", fmt::join(request.scaling_given, ", ")),
                "leave it out, or play another policy on the plan's instances: --policy hpa");
  }
  request.measured.workers = planned.workers;
  request.measured.threads = planned.threads;
  request.measured.max_batch = planned.max_batch;
  request.batch_timeout = Duration(planned.batch_timeout_ns);
  request.state = planned.times.start_up_state;
  if (request.slo.latency.empty()) request.slo.latency = documents.plan->slo.latency;
  if (!request.slo.exposure) request.slo.exposure = documents.plan->slo.exposure;
  return {};
}

// What a policy has no use for would be ignored in silence.
Status refuse_unused(const SimulateRequest& request, const std::string& policy) {
  const GivenScaling& given = request.scaling;
  const bool fixed = policy == "fixed";
  const auto refuse = [&](bool is_given, const char* flag, bool is_used) -> Status {
    if (!is_given || is_used) return {};
    return fail(ErrorKind::usage, fmt::format("{} says nothing to the policy {}", flag, policy), flag, "leave it out");
  };
  for (const Status& status :
       {refuse(given.lowest.has_value(), "--min", !fixed), refuse(given.highest.has_value(), "--max", !fixed),
        refuse(given.target.has_value(), "--target", !fixed && policy != "spare"),
        refuse(given.spare.has_value(), "--spare", policy == "buffer-n" || policy == "spare"),
        refuse(given.pool.has_value(), "--pool", fixed || policy == "ec2-pool")}) {
    if (!status) return status;
  }
  if (request.pool_exit && given.pool.value_or(0) == 0)
    return fail(ErrorKind::usage, "--pool-exit is for instances kept warm, and there are none", "--pool-exit",
                "--pool 1");
  return {};
}

Result<SimulatedScaling> take_policy(const SimulateRequest& request, const Deployment* planned) {
  SimulatedScaling out;
  out.policy = request.policy.empty() ? "fixed" : request.policy;
  planner::PresetOptions& options = out.options;
  if (planned != nullptr && request.policy.empty() && planned->scaling.kind != "fixed") {
    out.policy = "mlplan";
    out.begins_as_given = false;
    return out;
  }
  if (const Status good = refuse_unused(request, out.policy); !good) return fail(good.error());
  const GivenScaling& given = request.scaling;
  const bool fixed = out.policy == "fixed";
  options.lowest = given.lowest;
  options.highest = given.highest;
  options.target = given.target;
  options.pool = given.pool.value_or(0);
  options.count = given.spare.value_or(1);
  const std::int64_t usual =
      planned != nullptr ? planned->instances : std::max<std::int64_t>(given.lowest.value_or(1), 1);
  options.instances = given.instances.value_or(usual);
  out.begins_as_given = planned == nullptr || given.instances || fixed || planned->scaling.kind == "fixed";
  if (fixed && options.instances == 0)
    return fail(ErrorKind::usage, "without instances nothing is ever served", "--instances 0", "--instances 1");
  const planner::MeasuredChoice& measured = request.measured;
  options.requests_per_instance = static_cast<double>(measured.workers * measured.concurrency * measured.max_batch);
  if (given.lowest) out.settings["min"] = static_cast<double>(*given.lowest);
  if (given.highest) out.settings["max"] = static_cast<double>(*given.highest);
  if (given.target) out.settings["target"] = *given.target;
  if (given.spare) out.settings["spare"] = static_cast<double>(*given.spare);
  if (given.pool) out.settings["pool"] = static_cast<double>(*given.pool);
  const auto policy = planner::make_policy(out.policy, options);
  if (!policy) return fail(policy.error());
  return out;
}

Status take_service(SimulateRequest& request, bool has_report) {
  const std::int64_t largest = request.measured.max_batch;
  if (request.service.empty()) {
    if (!has_report)
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

Status take_start_up(const SimulateRequest& request, const SimulatedScaling& scaling, bool has_report) {
  if (request.notice && !request.time_between_interruptions)
    return fail(ErrorKind::usage, "--notice is of interruptions, and there are none", "--notice",
                "leave it out, or --interruptions 1d");
  if (!starts_instances(request, scaling)) {
    if (request.starting_given.empty()) return {};
    return fail(ErrorKind::usage, "no instance ever starts: the policy is fixed, and none fails or is interrupted",
                fmt::format("{}", fmt::join(request.starting_given, ", ")),
                "leave it out, or --policy hpa, --failures 30d or --interruptions 1d");
  }
  if (request.start_up && request.shared_host && !has_report)
    return fail(ErrorKind::usage, "--shared-host needs the simultaneous starts of a report", "--shared-host",
                "mlplan simulate report.json");
  if (!has_report && !request.start_up)
    return fail(ErrorKind::usage, "nothing says how long an instance takes to start", "",
                "mlplan simulate report.json --rate 120/s, or --start-up 60s");
  return {};
}

}  // namespace

bool starts_instances(const SimulateRequest& request, const SimulatedScaling& scaling) {
  return scaling.policy != "fixed" || request.time_between_failures || request.time_between_interruptions ||
         scaling.options.pool > 0;
}

Result<SimulatedScaling> settle(SimulateRequest& request, const SimulateDocuments& documents) {
  if (documents.plan) {
    if (Status status = take_plan(request, documents); !status) return fail(status.error());
  }
  Result<SimulatedScaling> scaling = take_policy(request, documents.planned());
  if (!scaling) return scaling;
  for (const Status& status : {take_service(request, documents.report.has_value()),
                               take_start_up(request, *scaling, documents.report.has_value())}) {
    if (!status) return fail(status.error());
  }
  return scaling;
}

}  // namespace mlplan::cli
