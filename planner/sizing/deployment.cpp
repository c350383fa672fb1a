#include "planner/sizing/deployment.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "planner/policies/follow_of_plan.h"
#include "planner/pool/schedule.h"
#include "planner/sizing/follow_load.h"
#include "planner/sizing/pool_plan.h"
#include "profiles/support/units.h"

namespace mlplan::planner {

namespace {

constexpr double kSecondsPerHour = 3600;
constexpr std::int64_t kReplications = 2;

Scaling scaling_of(const Solution& solution) {
  if (solution.live) return follow_scaling(solution.policy);
  return fixed_scaling(solution.serving);
}

struct Trials {
  TrialResult usual;
  TrialResult shorter;
  TrialResult longer;
};

Trials trials_of(const Solution& solution, const Explaining& with) {
  const TrialQuestion question{
      .windows = with.windows, .objectives = &with.question->slo.latency, .seed = with.question->seed};
  Trials trials;
  const auto run = [&](double factor, std::int64_t replications, TrialResult& result) {
    const Deployed deployed{slower(solution.candidate, factor), scaling_of(solution)};
    run_trial(deployed, question, 0, replications, result);
  };
  run(1, kReplications, trials.usual);
  run(1 / (1 + solution.candidate.error), solution.live ? 1 : kReplications, trials.shorter);
  trials.longer = solution.judged.trial;
  return trials;
}

// The value as simulated; bounds that hold all three, and the interval of the one that was judged around each.
Estimate estimate(const Interval& usual, const Interval& shorter, const Interval& longer) {
  const double half = std::isfinite(longer.half_width()) ? longer.half_width() : 0;
  const double least = std::min({usual.mean, shorter.mean, longer.mean});
  const double most = std::max({usual.mean, shorter.mean, longer.mean});
  return {.value = usual.mean, .low = least - half, .high = most + half};
}

Estimate clamped_share(Estimate share) {
  share.low = std::clamp(*share.low, 0.0, share.value);
  share.high = std::clamp(*share.high, share.value, 1.0);
  return share;
}

Estimate scaled(Estimate estimate, double factor) {
  estimate.value *= factor;
  if (estimate.low) estimate.low = *estimate.low * factor;
  if (estimate.high) estimate.high = *estimate.high * factor;
  return estimate;
}

Prediction prediction_of(const Solution& solution, const Explaining& with, const Trials& trials) {
  Prediction out;
  std::vector<std::pair<double, std::optional<double>>> quantiles;
  for (const double usual : {0.5, 0.9, 0.99}) quantiles.emplace_back(usual, std::nullopt);
  for (const LatencyObjective& objective : with.question->slo.latency) {
    std::erase_if(quantiles, [&](const auto& known) { return known.first == objective.quantile; });
    quantiles.emplace_back(objective.quantile, objective.at_most_ns);
  }
  std::ranges::sort(quantiles);
  for (const auto& [quantile, at_most] : quantiles) {
    LatencyPrediction latency{.quantile = quantile, .at_most_ns = at_most};
    latency.response_ns.value = 1e9 * trials.usual.response_quantile(quantile);
    latency.response_ns.low =
        1e9 * std::min(trials.shorter.response_quantile(quantile), trials.usual.response_quantile(quantile));
    latency.response_ns.high =
        1e9 * std::max(trials.longer.response_quantile(quantile), trials.usual.response_quantile(quantile));
    out.latency.push_back(latency);
  }
  const std::size_t tightest = 0;
  out.attainment = clamped_share(
      estimate(trials.usual.within(tightest), trials.shorter.within(tightest), trials.longer.within(tightest)));
  out.exposure = clamped_share(estimate(trials.usual.exposure(), trials.shorter.exposure(), trials.longer.exposure()));
  out.utilisation =
      clamped_share(estimate(trials.usual.utilisation(), trials.shorter.utilisation(), trials.longer.utilisation()));
  if (solution.live) {
    // Relative to the windows' mean, which was brought to all of the traffic.
    const Estimate windows = estimate(trials.usual.instances(), trials.shorter.instances(), trials.longer.instances());
    out.instances = scaled(windows, solution.mean_instances / trials.longer.instances().mean);
  } else {
    const auto count = static_cast<double>(solution.instances());
    out.instances = {count, count, count};
  }
  out.usd_per_hour = scaled(out.instances, solution.candidate.usd_per_hour);
  for (double* usd : {&out.usd_per_hour.value, &*out.usd_per_hour.low, &*out.usd_per_hour.high})
    *usd += solution.usd_per_hour_of_stopped();
  const double per_thousand = 1000 / (with.demand->mean_per_s * kSecondsPerHour);
  out.usd_per_1000_inferences = scaled(out.usd_per_hour, per_thousand);
  return out;
}

std::vector<HeadroomPart> headroom_of(const Solution& solution, const Explaining& with) {
  const double peak = with.demand->peak_per_s;
  const Candidate& candidate = solution.candidate;
  const double load = peak / candidate.capacity_per_s();
  const double longer = load * candidate.error;
  std::vector<HeadroomPart> parts;
  const auto add = [&](const char* name, double instances, std::string sentence) {
    if (std::abs(instances) > 5e-4) parts.push_back({name, instances, std::move(sentence)});
  };
  add("load", load,
      fmt::format("{} at {} an instance, all of it in use", format_rate(peak),
                  format_rate(candidate.capacity_per_s())));
  add("model_error", longer, fmt::format("times may be up to {:.0f} % longer than expected", 100 * candidate.error));
  // What was not found by missing with one less is what lasting load is kept below.
  const double serving = solution.exact > 0 ? solution.exact : (load + longer) / kMostUtilisation;
  add("queueing", std::max(0.0, serving - load - longer),
      fmt::format("room so that {} is kept when requests come together",
                  format_latency_objective(with.question->slo.latency.front())));
  const double named = load + longer + std::max(0.0, serving - load - longer);
  add("rounding", static_cast<double>(solution.live ? solution.following : solution.serving) - named,
      solution.live && solution.policy.step > 1 ? fmt::format("to whole instances, {} at a time", solution.policy.step)
                                                : "to whole instances");
  const std::int64_t bridging = solution.policy.spares + solution.policy.stopped;
  if (solution.live) {
    std::string which = "spares that bridge the start-up of others while the load grows";
    if (solution.policy.stopped > 0) which += fmt::format(", {} of them stopped", solution.policy.stopped);
    add("start_up", static_cast<double>(bridging), std::move(which));
  }
  if (solution.live)
    add("burst", static_cast<double>(solution.most - solution.following - bridging),
        "ordered on top for a while, when more came than the rate or requests waited");
  add("failure", static_cast<double>(solution.spares), "spares for what may fail");
  return parts;
}

Binding binding_of(const Solution& solution, const Explaining& with) {
  const Candidate& candidate = solution.candidate;
  const InstanceType& type = *candidate.type;
  if (solution.for_state > 0 && solution.for_state >= solution.serving) {
    return {"memory", fmt::format("the memory that sessions hold asks for {} instances, serving them for fewer",
                                  solution.for_state)};
  }
  if (const std::optional<GpuFit>& gpu = candidate.gpu; gpu && gpu->most_workers < gpu->most_seen) {
    const std::string most = format_count(gpu->most_workers, "worker");
    if (!gpu->needed) {
      return {"memory", fmt::format("of {} it is known that it fits into a GPU of {} at batch {}, not of more", most,
                                    type.name, candidate.max_batch)};
    }
    return {"memory", fmt::format("a GPU of {} has room for {}, {} were measured side by side on one", type.name, most,
                                  gpu->most_seen)};
  }
  const std::int64_t most_workers =
      candidate.gpu ? type.gpu->count * std::min(candidate.gpu->most_workers, candidate.gpu->most_seen)
                    : *type.vcpus / candidate.threads;
  if (candidate.most_workers_in_memory < most_workers) {
    return {"memory",
            fmt::format("{} of {} has room for {}, its {} could run {}",
                        format_bytes(static_cast<double>(*type.memory_bytes)), type.name,
                        format_count(candidate.most_workers_in_memory, "worker"),
                        candidate.gpu ? format_count(type.gpu->count, "GPU") : format_count(*type.vcpus, "vCPU"),
                        most_workers)};
  }
  const auto serving = static_cast<double>(solution.serving);
  if (static_cast<double>(solution.spares) > serving)
    return {"failure", fmt::format("what may fail asks for {} spares, the load for {} instances", solution.spares,
                                   solution.serving)};
  if (const std::int64_t bridging = solution.policy.spares + solution.policy.stopped;
      solution.live && static_cast<double>(bridging) > serving / 2)
    return {"exposure",
            fmt::format("growth within a start-up asks for {} spares beside the {} instances of the highest rate",
                        bridging, solution.following)};
  const double load = with.demand->peak_per_s * (1 + candidate.error) / candidate.capacity_per_s();
  if (solution.serving <= with.question->limits.min_instances &&
      static_cast<double>(solution.serving) > std::ceil(load))
    return {"minimum", fmt::format("the least number of instances that was asked for, {}", solution.serving)};
  if (solution.serving > static_cast<std::int64_t>(std::ceil(load))) {
    return {"latency",
            fmt::format("throughput alone would need {}; {} asks for {}", static_cast<std::int64_t>(std::ceil(load)),
                        format_latency_objective(with.question->slo.latency.front()), solution.serving)};
  }
  return {"compute", solution.serving == 1
                         ? "one instance is needed for the throughput alone"
                         : fmt::format("{} instances are needed for the throughput alone", solution.serving)};
}

MemoryFit memory_of(const Solution& solution, const Explaining& with) {
  const Candidate& candidate = solution.candidate;
  MemoryFit fit;
  fit.available_bytes = *candidate.type->memory_bytes;
  fit.reserved_bytes = static_cast<std::int64_t>(candidate.memory_reserved);
  fit.most_workers = candidate.most_workers_in_memory;
  const StateSettings& state = with.question->state;
  if (state.bytes > 0) {
    const double sessions = sessions_at(state, with.demand->peak_per_s);
    fit.state_bytes = static_cast<std::int64_t>(sessions / static_cast<double>(solution.serving) * state.bytes);
  }
  fit.needed_bytes = static_cast<std::int64_t>(candidate.memory_needed) + fit.state_bytes;
  if (const std::optional<GpuFit>& gpu = candidate.gpu) {
    fit.gpu = GpuMemoryFit{.workers = gpu->workers,
                           .reserved_bytes = static_cast<std::int64_t>(gpu->reserved),
                           .available_bytes = static_cast<std::int64_t>(gpu->memory),
                           .most_workers = gpu->most_workers};
    if (gpu->needed) fit.gpu->needed_bytes = static_cast<std::int64_t>(*gpu->needed);
  }
  return fit;
}

PlannedInstance instance_of(const Candidate& candidate, const std::string& option) {
  const InstanceType& type = *candidate.type;
  PlannedInstance out{.cloud = type.cloud,
                      .name = type.name,
                      .region = type.region,
                      .option = option,
                      .usd_per_hour = candidate.usd_per_hour,
                      .vcpus = *type.vcpus,
                      .memory_bytes = *type.memory_bytes};
  const auto price = std::ranges::find(type.prices, option, &Price::option);
  if (price != type.prices.end()) out.price_date = price->date;
  if (type.gpu) out.gpu = fmt::format("{} x {}", type.gpu->count, type.gpu->name);
  return out;
}

ScalingPlan scaling_plan_of(const Solution& solution, const Prediction& predicted, const Explaining& with) {
  ScalingPlan out;
  out.kind = solution.live ? solution.policy.forecast ? "scheduled" : "live" : "fixed";
  out.highest = solution.serving;
  out.lowest = solution.serving;
  out.mean_instances = predicted.instances.value;
  out.policy = "fixed";
  if (!solution.live) return out;
  const FollowSettings& policy = solution.policy;
  double lowest_rate = with.demand->peak_per_s;
  for (std::size_t i = 0; i < with.demand->rates.rate_per_s.size(); ++i) {
    if (!with.demand->is_gap(i)) lowest_rate = std::min(lowest_rate, with.demand->rates.rate_per_s[i]);
  }
  out.lowest = std::max(policy.lowest, ordered_for(policy, lowest_rate) - policy.spares);
  out.highest = solution.following;
  out.policy = "mlplan";
  out.rates_per_s = policy.rates;
  out.settings = settings_of(policy);
  if (policy.forecast) {
    out.ordered_ahead_s = policy.lead_s;
    NeedSeries needs{.step_s = policy.forecast->interval_s, .starts_at_unix_s = 0, .repeats = true};
    for (const double rate : policy.forecast->rate_per_s)
      needs.needs.push_back(ordered_for(policy, rate) - policy.spares);
    out.by_hour = schedule_by_hour(needs, 0).by_hour;
  }
  return out;
}

}  // namespace

Deployment deployment_of(const Solution& solution, const Explaining& with) {
  const Candidate& candidate = solution.candidate;
  const MeasuredReport& measured = with.question->reports[candidate.report];
  Deployment out;
  out.instance = instance_of(candidate, with.question->limits.option);
  out.report = measured.path;
  out.workers = candidate.workers;
  out.threads = candidate.threads;
  out.max_batch = candidate.max_batch;
  out.capacity_per_s = candidate.capacity_per_s();
  const char* const kinds[] = {"measured", "profiles", "same_gpu", "core_speed", "unknown_speed"};
  out.extrapolation = {.kind = kinds[static_cast<int>(candidate.scale.kind)],
                       .time_factor = candidate.scale.factor,
                       .error = candidate.scale.error,
                       .sentence = time_scale_sentence(candidate.scale, measured.measured_on, *candidate.type)};
  out.times = {.service_factor = candidate.service_factor,
               .start_up_factor = candidate.load_factor,
               .start_up_more_s = candidate.load_more_s,
               .start_up_state = with.question->start_up.state,
               .dims = with.question->dims,
               .node_start_s = candidate.node_s,
               .image_start_s = candidate.image_s};
  out.memory = memory_of(solution, with);
  out.instances = solution.instances();
  out.predicted = prediction_of(solution, with, trials_of(solution, with));
  out.scaling = scaling_plan_of(solution, out.predicted, with);
  out.pool = pool_of(solution, out.predicted, with);
  out.headroom = headroom_of(solution, with);
  out.binding = binding_of(solution, with);
  return out;
}

}  // namespace mlplan::planner
