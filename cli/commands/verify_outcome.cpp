#include "cli/commands/verify_outcome.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "bench/statistics.h"
#include "gate/prediction_check.h"
#include "planner/policies/follow_of_plan.h"
#include "profiles/support/units.h"

namespace mlplan::cli {
namespace {

constexpr double kJointDeviations =
    2.9;  // of a normal law at 99.6 %: of all figures together (Bonferroni), some fourteen
constexpr double kNanoseconds = 1e9;

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

std::string unit_of(const std::string& figure) {
  if (figure.starts_with("response.")) return "ns";
  if (figure == "utilisation" || figure == "exposure" || figure == "availability") return "share";
  return "count";
}

Estimate measured_in(const bench::MeasuredFigure& figure, double scale) {
  const auto scaled = [scale](const std::optional<double>& value) {
    return value ? std::optional<double>(*value * scale) : std::nullopt;
  };
  return {figure.value * scale, scaled(figure.low), scaled(figure.high)};
}

// The report's times themselves: their interval is how much they vary from run to run, and the machine from one moment
// to another.
void add_inference(const VerifySetup& setup, const VerifyOutcome& outcome, std::vector<gate::HeldFigure>& out) {
  const auto& [calibration, prediction, record, machine, in_hindsight] = outcome;
  const std::optional<bench::MeasuredFigure> measured =
      bench::measured_figure(record, "inference.p50", kVerifyConfidence);
  if (!measured || !(prediction.median_inference_s > 0)) return;
  const double deviation = std::hypot(setup.scaled.unknowns.service, calibration.drift.deviation);
  const double predicted = prediction.median_inference_s * kNanoseconds;
  const auto around = [&](double deviations) {
    const double factor = std::exp(deviations * deviation);
    return Estimate{predicted, predicted / factor, predicted * factor};
  };
  out.push_back({.quantity = "inference.p50",
                 .unit = "ns",
                 .predicted = around(planner::kNormalDeviations),
                 .predicted_jointly = around(kJointDeviations),
                 .measured = measured_in(*measured, kNanoseconds)});
}

std::vector<gate::HeldFigure> held_figures(const VerifySetup& setup, const VerifyOutcome& outcome) {
  const auto& [calibration, prediction, record, machine, in_hindsight] = outcome;
  std::vector<gate::HeldFigure> out;
  for (std::size_t i = 0; i < prediction.figures.size(); ++i) {
    const std::string& name = prediction.figures[i].name;
    if (!is_of_interest(name, setup)) continue;
    const std::optional<bench::MeasuredFigure> measured = bench::measured_figure(record, name, kVerifyConfidence);
    if (!measured) continue;
    const planner::PredictedFigure& predicted = prediction.run.figures[i];
    const std::string unit = unit_of(name);
    const double scale = unit == "ns" ? kNanoseconds : 1;
    out.push_back(
        {.quantity = name,
         .unit = unit,
         .predicted = {predicted.value * scale, predicted.low * scale, predicted.high * scale},
         .predicted_jointly = {predicted.value * scale, predicted.joint_low * scale, predicted.joint_high * scale},
         .measured = measured_in(*measured, scale)});
    if (in_hindsight[i]) out.back().in_hindsight = *in_hindsight[i] * scale;
  }
  add_inference(setup, outcome, out);
  if (const auto memory = planner::memory_together(*setup.documents.report, record.memory_processes)) {
    // What a report says of memory is how much is enough.
    const Estimate enough{memory->value, 0, memory->high};
    const auto measured = static_cast<double>(record.memory_bytes);
    if (record.memory_bytes > 0)
      out.push_back({.quantity = "memory",
                     .unit = "bytes",
                     .predicted = enough,
                     .predicted_jointly = enough,
                     .measured = {measured, measured, measured}});
  }
  return out;
}

ObjectiveVerdict judged(std::string objective, double allowed, const bench::MeasuredFigure& missed) {
  ObjectiveVerdict out{.objective = std::move(objective),
                       .allowed = allowed,
                       .missed = measured_in(missed, 1),
                       .verdict = "inconclusive",
                       .why = ""};
  if (!missed.high || !missed.low) {
    out.why = "Too few requests.";
  } else if (*missed.high <= allowed) {
    out.verdict = "met";
  } else if (*missed.low > allowed) {
    out.verdict = "missed";
  }
  return out;
}

// The plan's objectives as this run kept them, which is smaller than the plan and shares a machine.
std::vector<ObjectiveVerdict> objectives_of(const VerifySetup& setup, const VerifyPrediction& prediction,
                                            const bench::PoolRecord& record) {
  const Slo& slo = setup.documents.plan->slo;
  std::vector<ObjectiveVerdict> out;
  for (const LatencyObjective& objective : slo.latency) {
    const double limit_s = static_cast<double>(objective.at_most_ns) / kNanoseconds;
    out.push_back(judged(format_latency_objective(objective), 1 - objective.quantile,
                         bench::missed_share(record, limit_s, kVerifyConfidence)));
    const std::string figure = fmt::format("response.p{:.6g}", objective.quantile * 100);
    const auto predicted = std::ranges::find(prediction.figures, figure, &planner::FigureOfRun::name);
    if (out.back().verdict != "missed" || predicted == prediction.figures.end()) continue;
    const double predicted_s =
        prediction.run.figures[static_cast<std::size_t>(predicted - prediction.figures.begin())].value;
    if (predicted_s > limit_s)
      out.back().why =
          "So it was predicted for this run: fewer instances, and those that share a machine, wait longer than the "
          "plan.";
  }
  if (slo.exposure)
    out.push_back(judged(fmt::format("exposure up to {:.4g} %", *slo.exposure * 100), *slo.exposure,
                         bench::exposed_share(record, kVerifyConfidence)));
  return out;
}

gate::RunFacts facts_of(const VerifySetup& setup, const PoolCalibration& calibration,
                        const VerifyPrediction& prediction, const bench::PoolRecord& record,
                        const bench::Lateness& lateness, const MachineInfo& machine) {
  gate::RunFacts facts;
  const std::vector<double> inferences = bench::services(record);
  if (!inferences.empty() && prediction.mean_inference_s > 0)
    facts.service_ratio = mean_of(inferences) / prediction.mean_inference_s;
  facts.pace = calibration.pace;
  facts.drift = calibration.drift.deviation;
  std::vector<double> starts;
  for (const bench::PlayedStart& start : record.starts) {
    if (start.took_ns > 0) starts.push_back(static_cast<double>(start.took_ns) / kNanoseconds);
  }
  facts.starts = static_cast<std::int64_t>(starts.size());
  if (!starts.empty() && prediction.median_start_s > 0)
    facts.start_ratio = bench::median_of(starts) / prediction.median_start_s;
  facts.ended = record.died + record.hung;
  facts.late_fraction = lateness.late_fraction;
  facts.stolen_share = machine.cpu.steal_fraction.value_or(0);
  // A pool of more threads than there are CPUs keeps itself waiting.
  const planner::FleetSettings& fleet = setup.scaled.fleet;
  const auto threads = static_cast<double>(setup.scaled.instances * fleet.instance.workers * setup.scaled.threads);
  if (threads <= fleet.host->cpus) facts.cpu_pressure = machine.cpu.pressure_some.value_or(0);
  if (record.gave_up) facts.gave_up = record.gave_up->message;
  return facts;
}

void count_requests(const bench::PoolRecord& record, Verification& out) {
  VerifiedRequests& requests = out.requests;
  for (const bench::PlayedRequest& request : record.requests) {
    switch (request.outcome) {
      case bench::RequestOutcome::unsent: continue;
      case bench::RequestOutcome::unfinished: ++requests.unfinished; break;
      case bench::RequestOutcome::done: ++requests.completed; break;
      case bench::RequestOutcome::failed: ++requests.failed; break;
      case bench::RequestOutcome::lost: ++requests.lost; break;
      case bench::RequestOutcome::rejected: ++requests.rejected; break;
    }
    ++requests.scheduled;
  }
  for (const auto& [reason, count] : record.reasons) requests.reasons.push_back({reason, count});
  std::ranges::stable_sort(requests.reasons, std::ranges::greater{}, &ReasonCount::count);
  VerifiedWorkers& workers = out.workers;
  const auto first = out.pool.initial_instances + out.pool.initial_pool;
  workers.started = first + static_cast<std::int64_t>(record.starts.size());
  workers.ready = first + std::ranges::count_if(record.starts, [](const auto& start) { return start.took_ns > 0; });
  workers.killed = std::ssize(record.kills_ns);
  workers.died = record.died;
  workers.hung = record.hung;
  workers.replaced = static_cast<std::int64_t>(record.replaced_ns.size());
  if (!record.replaced_ns.empty()) {
    double sum = 0;
    for (const std::int64_t time : record.replaced_ns) sum += static_cast<double>(time) / kNanoseconds;
    workers.mean_replacement_s = sum / static_cast<double>(record.replaced_ns.size());
  }
  workers.most_at_once = record.most_instances;
}

std::optional<double> percentile_of(std::vector<double>& values, double q) {
  if (static_cast<std::int64_t>(values.size()) < bench::samples_to_state(q)) return std::nullopt;
  std::sort(values.begin(), values.end());
  return bench::quantile(values, q) * kNanoseconds;
}

void add_timeline(const VerifyPrediction& prediction, const bench::PoolRecord& record, const VerifySetup& setup,
                  Verification& out) {
  const std::size_t stretches = record.marks.size() - 1;
  if (stretches < 1 || record.interrupted || record.gave_up) return;
  const auto planned = static_cast<std::size_t>(stretches_of(setup.schedule.duration_s));
  out.stretch_s = setup.schedule.duration_s / static_cast<double>(planned);
  std::vector<std::vector<double>> responses(stretches);
  std::vector<VerifiedStretch> timeline(stretches);
  const auto stretch_at = [&](double time_s) {
    return std::min(stretches - 1, static_cast<std::size_t>(std::max(0.0, time_s / out.stretch_s)));
  };
  for (const bench::PlayedRequest& request : record.requests) {
    if (request.outcome == bench::RequestOutcome::unsent) continue;
    VerifiedStretch& stretch = timeline[stretch_at(static_cast<double>(request.scheduled_ns) / kNanoseconds)];
    ++stretch.arrivals;
    if (request.outcome == bench::RequestOutcome::done) {
      ++stretch.completed;
      responses[static_cast<std::size_t>(&stretch - timeline.data())].push_back(bench::response_s(request));
    } else if (request.outcome != bench::RequestOutcome::unfinished) {
      ++stretch.failed;
    }
  }
  for (const std::int64_t kill_ns : record.kills_ns)
    ++timeline[stretch_at(static_cast<double>(kill_ns) / kNanoseconds)].kills;
  for (std::size_t i = 0; i < stretches; ++i) {
    VerifiedStretch& stretch = timeline[i];
    stretch.start_s = static_cast<double>(i) * out.stretch_s;
    stretch.measured.p50_ns = percentile_of(responses[i], 0.5);
    stretch.measured.p99_ns = percentile_of(responses[i], 0.99);
    const InstanceSeconds& begin = record.marks[i].totals.instances;
    const InstanceSeconds& end = record.marks[i + 1].totals.instances;
    const double length = static_cast<double>(record.marks[i + 1].at_ns - record.marks[i].at_ns) / kNanoseconds;
    stretch.measured.ready = (end.ready - begin.ready) / length;
    stretch.measured.loading = (end.loading - begin.loading) / length;
    stretch.measured.pooled = (end.pooled - begin.pooled) / length;
    StretchFigures mean;
    double known = 0;
    for (const planner::SimulationResult& result : prediction.run.replications) {
      if (i >= result.timeline.size()) continue;
      mean.ready += result.timeline[i].ready;
      mean.loading += result.timeline[i].loading;
      mean.pooled += result.timeline[i].pooled;
      ++known;
    }
    if (known == 0) continue;
    mean.ready /= known;
    mean.loading /= known;
    mean.pooled /= known;
    stretch.predicted = mean;
  }
  out.timeline = std::move(timeline);
}

void add_assumed(const VerifySetup& setup, const PoolCalibration& calibration, Verification& out) {
  out.assumed.push_back({"hand-over of a request", calibration.hand_over.total_s() * kNanoseconds, "ns",
                         fmt::format("measured in {} before the run", format_count(calibration.requests, "request"))});
  out.assumed.push_back({"CPU time of the pool itself for a request", calibration.cpu_per_request_s * kNanoseconds,
                         "ns", "measured before the run; it is the workers' machine as well"});
  out.assumed.push_back({"inference now, over the report's", calibration.pace, "ratio",
                         fmt::format("measured in {} before the run", format_count(calibration.requests, "request"))});
  out.assumed.push_back({"drift of the machine's speed", calibration.drift.deviation, "ratio",
                         fmt::format("standard deviation of its logarithm, in stretches of {}",
                                     format_duration(calibration.drift.stretch_s * kNanoseconds))});
  const ServingCosts costs = serving_costs(setup, calibration);
  if (const planner::AfterIdle& after_idle = costs.after_idle; after_idle.alone > 1) {
    out.assumed.push_back({"inference after a long idle moment", after_idle.alone, "ratio", costs.idle_from});
    out.assumed.push_back({"time to grow cold", after_idle.cooling_s * kNanoseconds, "ns", costs.idle_from});
    out.assumed.push_back({"time to grow warm", after_idle.warming_s * kNanoseconds, "ns", costs.idle_from});
  }
  for (std::size_t k = 1; k < costs.service_factor.size(); ++k)
    out.assumed.push_back(
        {fmt::format("service with {} busy at once", k + 1), costs.service_factor[k], "ratio", costs.busy_from});
  const bool starts = setup.scaled.follow || !setup.kills_s.empty();
  if (!starts) return;
  out.assumed.push_back(
      {"CPUs that a start keeps busy", setup.scaled.fleet.host->cpus_per_load, "count", "from the report"});
  const std::vector<double>& factors = setup.scaled.fleet.start_up.simultaneous_factor;
  for (std::size_t k = 1; k < factors.size(); ++k)
    out.assumed.push_back({fmt::format("{} starts at once", k + 1), factors[k], "ratio", "from the report"});
}

// A fleet that could have grown, and neither did nor was expected to.
bool is_without_starts(const Verification& verification) {
  bool could_start = false;
  for (const ComparedQuantity& row : verification.comparisons) {
    if (row.quantity != "cold_starts" && row.quantity != "pool_draws") continue;
    if (row.predicted.high.value_or(0) > 0 || row.measured.value > 0) return false;
    could_start = true;
  }
  return could_start;
}

}  // namespace

Verification verification_of(const VerifySetup& setup, const VerifyOutcome& outcome) {
  const auto& [calibration, prediction, record, machine, hindsight] = outcome;
  const Plan& plan = *setup.documents.plan;
  const Deployment& planned = *plan.recommendation;
  const planner::ScaledPlan& scaled = setup.scaled;
  Verification out;
  out.version = MLPLAN_VERSION;
  out.seed = setup.request.seed;
  out.confidence = kVerifyConfidence;
  out.plan = setup.documents.plan_path;
  out.report = setup.documents.report_path;
  out.model = {setup.model.world.load.path, setup.model.sha256};
  out.machine = {machine.fingerprint, machine.grade};
  out.scaling = {.planned_type = planned.instance.name,
                 .planned_instances = scaled.planned_instances,
                 .instances = scaled.instances,
                 .rate_factor = setup.schedule.rate_factor,
                 .time_scale = setup.request.time_scale,
                 .why = scaled.why,
                 .not_verified = scaled.not_verified};
  out.scaling.why.insert(out.scaling.why.end(), setup.schedule.why.begin(), setup.schedule.why.end());
  out.window = {.from_s = setup.schedule.from_s,
                .duration_s = setup.schedule.duration_s,
                .ran_s = static_cast<double>(record.marks.back().at_ns) / kNanoseconds,
                .requests = static_cast<std::int64_t>(record.requests.size())};
  const planner::InstanceSettings& instance = scaled.fleet.instance;
  const std::unique_ptr<Policy> policy = scaled.make_policy();
  out.pool = {.workers = instance.workers,
              .threads = scaled.threads,
              .max_batch = instance.max_batch,
              .batch_timeout_ns = planned.batch_timeout_ns,
              .routing = "least_outstanding",
              .policy = std::string(policy->name()),
              .initial_instances = scaled.fleet.initial_instances,
              .initial_pool = scaled.fleet.initial_pool};
  if (scaled.follow) out.pool.policy_settings = planner::settings_of(*scaled.follow);
  out.interrupted = record.interrupted;
  count_requests(record, out);
  const bench::Lateness lateness = bench::lateness(record);
  gate::judge_run(held_figures(setup, outcome), facts_of(setup, calibration, prediction, record, lateness, machine),
                  out);
  if (const auto vain = std::ssize(setup.kills_s) - out.workers.killed; vain > 0 && !out.interrupted)
    out.scaling.not_verified.push_back(fmt::format(
        "{} of the {} kills: no instance served then that could have been killed.", vain, setup.kills_s.size()));
  if (is_without_starts(out))
    out.scaling.not_verified.emplace_back(
        "Starts while the load changes: the policy orders none in this time. Another --from or a longer --duration may "
        "have some.");
  out.generator.lateness_p99_ns = lateness.p99_s * kNanoseconds;
  out.objectives = objectives_of(setup, prediction, record);
  add_assumed(setup, calibration, out);
  add_timeline(prediction, record, setup, out);
  return out;
}

}  // namespace mlplan::cli
