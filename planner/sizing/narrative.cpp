#include "planner/sizing/narrative.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "planner/queueing/spares.h"
#include "planner/simulation/traffic_arrivals.h"
#include "planner/sizing/pool_plan.h"
#include "profiles/gpu_card.h"
#include "profiles/support/units.h"

namespace mlplan::planner {

namespace {

constexpr double kHoursPerMonth = 730;

// $12,345, $12.34, $0.067, $0.000047: cents, and below them two digits.
std::string usd(double amount) {
  if (amount >= 100) {
    std::string digits = fmt::format("{:.0f}", amount);
    for (std::size_t end = digits.size(); end > 3; end -= 3) digits.insert(end - 3, ",");
    return "$" + digits;
  }
  if (amount >= 0.1 || !(amount > 0)) return fmt::format("${:.2f}", amount);
  return fmt::format("${:.{}f}", amount, 1 - static_cast<int>(std::floor(std::log10(amount))));
}

std::string how_many(const Deployment& d) {
  if (d.scaling.kind == "fixed") {
    if (d.pool.count == 0) return fmt::format("{} {}", d.instances, d.instance.name);
    return fmt::format("{} {} ({} serving, {})", d.instances, d.instance.name, d.instances - d.pool.count,
                       format_count(d.pool.count, "warm spare"));
  }
  const std::int64_t running = d.pool.count - d.pool.stopped;
  const std::string spares = running > 0 ? format_count(running, "warm spare") + " among them, " : "";
  const std::string stopped =
      d.pool.stopped > 0 ? fmt::format(", and keep {} stopped beside them", d.pool.stopped) : "";
  return fmt::format("{} to {} {} as the traffic asks, {}{:.1f} in the mean{}", d.scaling.lowest + running,
                     d.instances - d.pool.stopped, d.instance.name, spares, d.scaling.mean_instances, stopped);
}

// A fixed fleet holds up to the highest rate it was sized for. Of n days each is as likely as the next to have the
// highest rate, so that one more exceeds it with a chance of 1 / (n + 1).
Warning peak_not_bounded(const Demand& demand) {
  const auto days = static_cast<std::int64_t>(days_of(demand));
  const std::string what =
      days < 1 ? fmt::format("the traffic is {} of a day: a rate above its highest may come at any time",
                             format_duration(1e9 * demand.span_s))
               : fmt::format(
                     "the fleet is fixed at the highest rate of {} days: another day exceeds it with a chance of "
                     "1 in {}; {:.0f} days would bound it at 95 %",
                     days, days + 1, kDaysThatBound);
  return {"peak_not_bounded", what, "--scaling live, or a longer --traffic"};
}

}  // namespace

std::string summary_of(const Plan& plan) {
  if (!plan.recommendation) return "Nothing fits: " + plan.infeasible->because + ".";
  const Deployment& d = *plan.recommendation;
  std::string text = fmt::format("Buy {}", how_many(d));
  text +=
      fmt::format(": {} an hour, {} a month, {} per 1,000 inferences.", usd(d.predicted.usd_per_hour.value),
                  usd(d.predicted.usd_per_hour.value * kHoursPerMonth), usd(d.predicted.usd_per_1000_inferences.value));
  text += fmt::format(" Each runs {} with {}", format_count(d.workers, "worker"), format_count(d.threads, "thread"));
  text += d.max_batch > 1 ? fmt::format(" and batches of up to {}.", d.max_batch) : " and no batching.";
  for (const LatencyPrediction& latency : d.predicted.latency) {
    if (!latency.at_most_ns) continue;
    text += fmt::format(" {} is expected at {}, at most {} if everything takes as long as it may ({} asked for).",
                        percentile_name(latency.quantile), format_duration(latency.response_ns.value),
                        format_duration(latency.response_ns.high.value_or(latency.response_ns.value)),
                        format_duration(*latency.at_most_ns));
  }
  if (plan.slo.exposure) {
    text += d.pool.supported
                ? fmt::format(" {} of requests may meet a cold start, {} at most ({} asked for).",
                              format_percentage(d.predicted.exposure.value),
                              format_percentage(d.predicted.exposure.high.value_or(d.predicted.exposure.value)),
                              format_percentage(*plan.slo.exposure))
                : fmt::format(" That at most {} of requests meet a cold start is not promised: {}.",
                              format_percentage(*plan.slo.exposure), d.pool.refusal);
  }
  return text;
}

std::vector<std::string> assumptions_of(const PlanQuestion& question, const Demand& demand) {
  std::vector<std::string> out =
      arrival_assumptions(question.traffic, question.bursts.scv > 0 ? std::optional(question.bursts) : std::nullopt);
  out.push_back("requests go to the ready instance with the fewest, wait there, and nobody gives up");
  const auto is_from_gpu = [](const MeasuredReport& measured) { return is_on_gpu(measured.report); };
  if (!std::ranges::all_of(question.reports, is_from_gpu)) {
    out.push_back(
        "how much workers on one instance slow each other down depends on the share of its vCPUs in use, as measured");
  }
  out.push_back("256 MiB and 5 % of an instance's memory are left to the system");
  if (std::ranges::any_of(question.reports, is_from_gpu)) {
    out.push_back(
        "GPUs of one instance do not slow each other down; workers on one GPU do, as measured, and nothing on it is "
        "shared between them");
    out.push_back(
        "7 % of a GPU's nominal memory is kept by its driver and for error correction, and 5 % of the rest is left "
        "free");
  }
  if (demand.is_observed()) out.push_back("the traffic to come is like the traffic given");
  if (question.pool.stopped_ready_in_s) {
    out.push_back(
        "a stopped spare is ready after the time that was stated, whatever happens; one that was drawn is replaced by "
        "a "
        "whole start-up, paid for like one that runs");
  }
  if (question.state.bytes > 0) out.push_back("sessions are spread evenly over instances and stay where they began");
  return out;
}

std::vector<std::string> confidence_notes_of(const Solution& solution, const PlanQuestion& question) {
  const Candidate& candidate = solution.candidate;
  const WorkerModel& worker = *candidate.worker;
  std::vector<std::string> out;
  out.push_back(fmt::format(
      "times are held against an error of {:.0f} %: {:.0f} % of measurement{} and {:.0f} % of extrapolation",
      100 * candidate.error, 100 * worker.error,
      worker.error_known ? "" : " (a range, too few processes for an interval)", 100 * candidate.scale.error));
  const double hardest = question.slo.latency.back().quantile;
  const auto needed = static_cast<std::int64_t>(std::ceil(std::log(0.05) / std::log(hardest)));
  const bool warned = static_cast<double>(worker.fewest_samples) < 1 / (1 - hardest);
  if (!warned && worker.fewest_samples < needed) {
    out.push_back(fmt::format(
        "{} of the service time is known from {} inferences at the batch with the fewest; {} would bound it at 95 %",
        percentile_name(hardest), worker.fewest_samples, needed));
  }
  out.push_back(
      "intervals hold measurement, extrapolation and simulation together; that the traffic may change is in the "
      "what-ifs");
  if (question.failures.time_between_s && !solution.live) {
    const double works = availability(*question.failures.time_between_s, candidate.start_up_s());
    out.push_back(fmt::format("{} of {} instances work {:.7g} % of the time, if they fail independently of each other",
                              solution.serving, solution.instances(),
                              100 * probability_enough(solution.serving, solution.instances(), works)));
  }
  return out;
}

std::vector<Warning> warnings_of(const Solution& solution, const PlanQuestion& question, const Demand& demand) {
  const Candidate& candidate = solution.candidate;
  const MeasuredReport& measured = question.reports[candidate.report];
  std::vector<Warning> out;
  if (!solution.live && !solution.promised) out.push_back(peak_not_bounded(demand));
  if (!candidate.node_s) {
    out.push_back(
        {"node_start_unknown",
         fmt::format("how long {} takes until it runs is not known, so start-up is that of the model alone, {}",
                     candidate.type->name, format_duration(1e9 * candidate.start_up_s())),
         "--node-start 60s"});
  }
  if (candidate.scale.kind == TimeScale::Kind::unknown_speed) {
    const bool named = measured.measured_on != nullptr;
    out.push_back({"core_speed_unknown",
                   fmt::format("how fast the cores are of {} is not known, which makes times {:.0f} % uncertain",
                               named ? "both " + measured.measured_on->name + " and " + candidate.type->name
                                     : "the machine that was measured on",
                               100 * candidate.scale.error),
                   named ? "mlplan bench on " + candidate.type->name : "--measured-on TYPE"});
  }
  if (measured.report.mlplan.partial)
    out.push_back({"partial_report", "the report is of a run that was cut short: " + measured.report.mlplan.stop,
                   "mlplan bench again"});
  if (measured.report.machine.grade == "C")
    out.push_back({"noisy_machine", "the report was measured on a noisy machine (grade C): times may be too long",
                   "mlplan bench on a quiet one"});
  const double hardest = question.slo.latency.back().quantile;
  if (static_cast<double>(candidate.worker->fewest_samples) < 1 / (1 - hardest)) {
    out.push_back({"few_samples",
                   fmt::format("a service time was measured only {}: its {} is not known",
                               format_count(candidate.worker->fewest_samples, "time"), percentile_name(hardest)),
                   "mlplan bench --time-box 5m"});
  }
  if (const auto* trace = std::get_if<RequestTrace>(&question.traffic.shape); trace && question.arrivals.empty()) {
    out.push_back({"trace_as_rates",
                   fmt::format("the trace has {} requests, too many to be played one by one: its rates were played",
                               trace->requests),
                   "a shorter stretch of it"});
  }
  return out;
}

std::vector<SimulatedWindow> windows_said(const std::vector<Window>& windows) {
  std::vector<SimulatedWindow> out;
  for (const Window& window : windows) out.push_back({window.from_s + window.warm_up_s, window.counted_s, window.why});
  return out;
}

std::string why_windows_suffice(const Solution& solution, const Demand& demand) {
  if (!demand.varies()) return "any stretch is like any other";
  if (!solution.live) return "a fixed fleet that keeps the objectives at the highest rate keeps them at all lower ones";
  if (solution.windows.size() == 1) return "all of the traffic was played";
  return "the highest rate and the steepest growth for certain, others drawn in proportion to their growth and "
         "weighted by the "
         "inverse, so that shares and means are those of all of the traffic";
}

}  // namespace mlplan::planner
