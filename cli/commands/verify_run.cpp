#include "cli/commands/verify_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "bench/clock.h"
#include "bench/machine.h"
#include "bench/serving.h"
#include "bench/statistics.h"
#include "gate/prediction_check.h"
#include "planner/policies/fixed.h"
#include "planner/policies/follow_of_plan.h"
#include "planner/simulation/hindsight.h"
#include "planner/simulation/serving_of_report.h"
#include "profiles/support/units.h"

namespace mlplan::cli {
namespace {

constexpr double kConfidence = 0.95;
constexpr double kLeastCalibrationLoad = 0.2;  // of the instances that the run begins with
constexpr double kMostCalibrationLoad = 0.7;   // so that requests do not queue on a machine somewhat slower, either
constexpr double kCalibration_s = 8;
constexpr double kServing_s = 4;
constexpr double kLongestServing_s = 10;
constexpr double kCalibrationRequests = 10;   // at least
constexpr double kLongestCalibration_s = 60;  // for them
// How a machine drifts is looked at in stretches of half a second, of five requests at least. For how long a pace goes
// on cannot be seen in so short a time: docs/method.md says where this is from.
constexpr double kStretch_s = 0.5;
constexpr double kStretchRequests = 5;
constexpr double kDriftTime_s = 8;
constexpr double kHindsightRequests = 20;       // in a stretch, in the mean
constexpr double kBeforeTheRun_s = 2;           // in which it is predicted, at the least
constexpr std::int64_t kTimedReplications = 8;  // to know how long predicting takes
constexpr double kLeastDeviation = 0.01;
constexpr std::int64_t kCalibrationReplications = 40;
constexpr double kJointDeviations =
    2.9;  // of a normal law at 99.6 %: of all figures together (Bonferroni), some fourteen
constexpr double kDrain_s = 60;
constexpr std::int64_t kMarks = 60;  // stretches of the timeline
constexpr double kShortestStretch_s = 1;
constexpr double kNanoseconds = 1e9;

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

std::int64_t stretches_of(double duration_s) {
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(duration_s / kShortestStretch_s), 1, kMarks);
}

bench::PoolPlay pool_play(const VerifySetup& setup) {
  const planner::FleetSettings& fleet = setup.scaled.fleet;
  bench::PoolPlay play;
  play.pool.fleet = {.initial_instances = fleet.initial_instances,
                     .initial_pool = fleet.initial_pool,
                     .max_instances = fleet.max_instances};
  play.pool.slots_per_instance = static_cast<std::uint32_t>(fleet.instance.workers);
  play.pool.max_batch = fleet.instance.max_batch;
  play.pool.batch_timeout_s = fleet.instance.batch_timeout_s;
  play.pool.routing = Routing::least_outstanding;
  play.pool_exit_s = fleet.start_up.pool_exit_s.mean;
  play.schedule_s = setup.schedule.times_s;
  play.duration_s = setup.schedule.duration_s;
  play.drain_s = kDrain_s;
  play.kills_s = setup.kills_s;
  play.marks = stretches_of(play.duration_s);
  play.seed = setup.request.seed;
  return play;
}

// What an idle moment and busy neighbours cost: as it was measured before the run, or else by the report.
struct ServingCosts {
  planner::AfterIdle after_idle = {};
  std::vector<double> service_factor = {};
  const char* idle_from = "from the report";
  const char* busy_from = "from the report";
};

ServingCosts serving_costs(const VerifySetup& setup, const PoolCalibration& calibration) {
  constexpr const char* kMeasured = "measured before the run";
  const planner::FleetSettings& fleet = setup.scaled.fleet;
  ServingCosts out{.after_idle = fleet.instance.after_idle, .service_factor = fleet.host->service_factor};
  if (!calibration.serving) return out;
  out.after_idle = planner::after_idle_of(*calibration.serving);
  out.idle_from = kMeasured;
  if (!calibration.serving->beside) return out;
  const std::int64_t slots = fleet.instance.workers * setup.scaled.instances;
  out.service_factor = planner::service_factors_of(*calibration.serving, slots, fleet.host->cpus);
  out.busy_from = kMeasured;
  return out;
}

planner::Scenario scenario_of(const VerifySetup& setup, const PoolCalibration& calibration) {
  planner::Scenario scenario;
  scenario.fleet = setup.scaled.fleet;
  planner::InstanceSettings& instance = scenario.fleet.instance;
  ServingCosts costs = serving_costs(setup, calibration);
  instance.after_idle = costs.after_idle;
  scenario.fleet.host->service_factor = std::move(costs.service_factor);
  for (planner::BatchService& law : instance.service) law.time_s = planner::scaled(law.time_s, calibration.pace);
  const double inference_s = instance.service.front().time_s.mean;
  // A slot is taken from the moment a request is given to its worker until the answer is heard.
  for (planner::BatchService& law : instance.service)
    law.time_s = planner::shifted(law.time_s, calibration.hand_over.total_s());
  // The inference alone takes longer after an idle moment.
  const double share = inference_s / instance.service.front().time_s.mean;
  for (double* factor : {&instance.after_idle.alone, &instance.after_idle.beside}) *factor = 1 + (*factor - 1) * share;
  scenario.fleet.host->cpus_besides = calibration.cpu_per_request_s * setup.schedule.mean_per_s;
  scenario.fleet.failures.at_s = setup.kills_s;
  scenario.arrivals = planner::ListedArrivals{setup.schedule.times_s};
  scenario.routing = Routing::least_outstanding;
  scenario.duration_s = setup.schedule.duration_s;
  scenario.drain_s = kDrain_s;
  scenario.timeline_points = stretches_of(scenario.duration_s);
  return scenario;
}

std::string unit_of(const std::string& figure) {
  if (figure.starts_with("response.")) return "ns";
  if (figure == "utilisation" || figure == "exposure" || figure == "availability") return "share";
  return "count";
}

// Instances that scale are not news of a fleet that never does.
bool is_of_interest(const std::string& figure, const VerifySetup& setup) {
  if (figure == "pool_draws" || figure == "pool_misses") return setup.scaled.fleet.initial_pool > 0;
  if (figure == "cold_starts" || figure == "exposure") return setup.scaled.follow || !setup.kills_s.empty();
  return true;
}

Estimate measured_in(const bench::MeasuredFigure& figure, double scale) {
  const auto scaled = [scale](const std::optional<double>& value) {
    return value ? std::optional<double>(*value * scale) : std::nullopt;
  };
  return {figure.value * scale, scaled(figure.low), scaled(figure.high)};
}

// The report's times themselves: their interval is how much they vary from run to run.
void add_inference(const VerifySetup& setup, const VerifyPrediction& prediction, const bench::PoolRecord& record,
                   std::vector<gate::HeldFigure>& out) {
  const std::optional<bench::MeasuredFigure> measured = bench::measured_figure(record, "inference.p50", kConfidence);
  if (!measured || !(prediction.median_inference_s > 0)) return;
  const auto around = [&](double deviations) {
    const double predicted = prediction.median_inference_s * kNanoseconds;
    const double factor = std::exp(deviations * setup.scaled.unknowns.service);
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
    const std::optional<bench::MeasuredFigure> measured = bench::measured_figure(record, name, kConfidence);
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
  add_inference(setup, prediction, record, out);
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
                         bench::missed_share(record, limit_s, kConfidence)));
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
                         bench::exposed_share(record, kConfidence)));
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

// Of all services of all replications.
double median_inference_s(const std::vector<planner::SimulationResult>& replications) {
  std::vector<double> medians;
  for (const planner::SimulationResult& result : replications) {
    if (result.service.count() > 0) medians.push_back(result.service.quantile_between(0.5));
  }
  return bench::median_of(std::move(medians));
}

// By the medians of stretches of time; `values` came at that rate. So short a time sees little of a drift that takes as
// long: how far the pace has gone since the report, two moments that know nothing of each other, is a second look at it
// that counts as much.
planner::Drift drift_of(const std::vector<double>& values, double rate_per_s, double pace) {
  const auto each = static_cast<std::ptrdiff_t>(std::max(kStretchRequests, rate_per_s * kStretch_s));
  std::vector<double> medians;
  for (auto from = values.begin(); values.end() - from >= each; from += each)
    medians.push_back(bench::median_of({from, from + each}));
  planner::Drift drift;
  drift.stretch_s = static_cast<double>(each) / rate_per_s;
  drift.correlation = std::exp(-drift.stretch_s / kDriftTime_s);
  drift.deviation =
      std::hypot(planner::drift_deviation(medians, drift.correlation), std::log(pace) / std::sqrt(2)) / std::sqrt(2);
  drift.known = std::max<std::int64_t>(1, std::ssize(medians));
  return drift;
}

// The median inference that the report promises for a play without a queue to speak of.
double reported_inference_s(const VerifySetup& setup, const PoolCalibration& calibration, const bench::PoolPlay& play,
                            double cpus_besides) {
  planner::Scenario same = scenario_of(setup, {.serving = calibration.serving});
  same.arrivals = planner::ListedArrivals{play.schedule_s};
  same.duration_s = play.duration_s;
  same.timeline_points = 0;
  same.fleet.failures.at_s.clear();
  same.fleet.host->cpus_besides = cpus_besides;
  same.fleet.initial_instances = play.pool.fleet.initial_instances;
  same.fleet.instance.max_batch = 1;
  same.fleet.initial_pool = 0;
  const auto fixed = [&] {
    return std::make_unique<planner::FixedPolicy>(planner::FixedSettings{.instances = same.fleet.initial_instances});
  };
  return median_inference_s(
      planner::predict_run(same, fixed, {}, {}, kConfidence, kCalibrationReplications, setup.request.seed)
          .replications);
}

// As bench has it of processes of its own, of those that are about to be played with.
Result<std::optional<ServingRow>> measure_serving(const VerifySetup& setup, bench::Crew& crew, std::int64_t instances,
                                                  double inference_s) {
  const bench::ServingVisit visit{.inference_ns = inference_s * kNanoseconds,
                                  .visit_ns = static_cast<std::int64_t>(kServing_s * kNanoseconds),
                                  .seed = setup.request.seed};
  bench::ServingSamples samples{.threads = setup.scaled.threads,
                                .workers = instances * setup.scaled.fleet.instance.workers};
  if (bench::least_serving_ns(samples.workers, visit.inference_ns) > kLongestServing_s * kNanoseconds)
    return std::optional<ServingRow>();
  if (const Status served = bench::visit_serving(crew, visit, samples); !served) {
    if (served.error().kind == ErrorKind::interrupted) return fail(served.error());
    // A model that fails now and then is counted in the run.
    if (Status filled = crew.fill(instances); !filled) return fail(filled.error());
    return std::optional<ServingRow>();
  }
  return std::optional<ServingRow>(bench::serving_row(samples));
}

}  // namespace

bench::Crew make_crew(const VerifySetup& setup) {
  const planner::InstanceSettings& instance = setup.scaled.fleet.instance;
  return {setup.model.world,
          {.slots_per_instance = static_cast<std::uint32_t>(instance.workers),
           .threads = setup.scaled.threads,
           .max_batch = instance.max_batch}};
}

Result<PoolCalibration> calibrate(const VerifySetup& setup, bench::Crew& crew) {
  bench::PoolPlay play = pool_play(setup);
  const planner::InstanceSettings& instance = setup.scaled.fleet.instance;
  const double mean_s = instance.service.front().time_s.mean;
  // Those of the pool are started afterwards: they do not serve at the beginning.
  if (Status filled = crew.fill(play.pool.fleet.initial_instances); !filled) return fail(filled.error());
  Result<std::optional<ServingRow>> serving = measure_serving(setup, crew, play.pool.fleet.initial_instances, mean_s);
  if (!serving) return fail(serving.error());
  if (Status filled = crew.fill(play.pool.fleet.initial_instances + play.pool.fleet.initial_pool); !filled)
    return fail(filled.error());
  const auto slots = static_cast<double>(instance.workers * play.pool.fleet.initial_instances);
  // How long an inference takes depends on how busy the machine is: as busy as in the run.
  const double load =
      std::clamp(setup.schedule.rate_before_per_s * mean_s / slots, kLeastCalibrationLoad, kMostCalibrationLoad);
  const double rate = load * slots / mean_s;
  const double count =
      std::max(std::min(kCalibrationRequests, rate * kLongestCalibration_s), std::floor(rate * kCalibration_s));
  play.schedule_s.clear();
  for (double i = 0; i < std::max(1.0, count); ++i) play.schedule_s.push_back((i + 1) / rate);
  play.duration_s = play.schedule_s.back();
  play.pool.max_batch = 1;
  play.pool.fleet.initial_pool = 0;
  play.kills_s.clear();
  play.marks = 1;
  planner::FixedPolicy policy({.instances = play.pool.fleet.initial_instances});
  const Result<bench::PoolRecord> record = bench::play(play, policy, crew);
  if (!record) return fail(record.error());
  if (record->interrupted) return fail(ErrorKind::interrupted, "interrupted before the run began");
  if (record->gave_up) return fail(*record->gave_up);
  PoolCalibration out{.serving = *std::move(serving),
                      .hand_over = bench::hand_over(*record),
                      .cpu_per_request_s = record->own_cpu_s / static_cast<double>(record->requests.size()),
                      .requests = static_cast<std::int64_t>(record->requests.size())};
  const std::vector<double> inferences = bench::services(*record);
  if (inferences.empty()) return fail(ErrorKind::not_measured, "no request was answered before the run began");
  if (const double reported_s = reported_inference_s(setup, out, play, out.cpu_per_request_s * rate); reported_s > 0)
    out.pace = bench::median_of(inferences) / reported_s;
  out.drift = drift_of(inferences, rate, out.pace);
  return out;
}

Result<VerifyPrediction> predict(const VerifySetup& setup, const PoolCalibration& calibration) {
  const planner::Scenario scenario = scenario_of(setup, calibration);
  if (Status good = planner::validate(scenario); !good) return fail(good.error());
  std::vector<double> quantiles;
  for (const LatencyObjective& objective : setup.documents.plan->slo.latency) quantiles.push_back(objective.quantile);
  VerifyPrediction out;
  out.figures = planner::figures_of_run(quantiles);
  std::erase_if(out.figures, [&](const planner::FigureOfRun& figure) { return !is_of_interest(figure.name, setup); });
  // How fast the machine is was measured a moment ago; it goes on drifting as it did then.
  planner::Unknowns unknowns = setup.scaled.unknowns;
  unknowns.service = kLeastDeviation;
  unknowns.drift = calibration.drift;
  const auto predict_with = [&](std::int64_t replications) {
    return planner::predict_run(
        scenario, [&] { return setup.scaled.make_policy(); }, unknowns, out.figures, kConfidence, replications,
        setup.request.seed);
  };
  const std::int64_t began_ns = bench::now_ns();
  predict_with(kTimedReplications);
  const double each_s = static_cast<double>(bench::now_ns() - began_ns) / kNanoseconds / kTimedReplications;
  const double before_s = std::max(kBeforeTheRun_s, each_s * static_cast<double>(setup.request.replications));
  unknowns.drift.between = static_cast<std::int64_t>(before_s / unknowns.drift.stretch_s);
  out.run = predict_with(setup.request.replications);
  out.median_inference_s =
      (median_inference_s(out.run.replications) - calibration.hand_over.total_s()) / calibration.pace;
  double sum = 0;
  double count = 0;
  for (const planner::SimulationResult& result : out.run.replications) {
    sum += result.service.sum();
    count += static_cast<double>(result.service.count());
  }
  if (count > 0) out.mean_inference_s = sum / count - calibration.hand_over.total_s();
  out.median_start_s = planner::quantile(setup.scaled.fleet.start_up.load_s, 0.5);
  return out;
}

Result<bench::PoolRecord> play(const VerifySetup& setup, bench::Crew& crew,
                               const std::function<void(const bench::PoolProgress&)>& progress) {
  bench::PoolPlay play = pool_play(setup);
  play.progress = progress;
  const std::unique_ptr<Policy> policy = setup.scaled.make_policy();
  return bench::play(play, *policy, crew);
}

std::vector<std::optional<double>> in_hindsight(const VerifySetup& setup, const PoolCalibration& calibration,
                                                const VerifyPrediction& prediction, const bench::PoolRecord& record) {
  std::vector<std::optional<double>> out(prediction.figures.size());
  std::vector<planner::FigureOfRun> figures;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < prediction.figures.size(); ++i) {
    const std::string& name = prediction.figures[i].name;
    if (!name.starts_with("response.") && name != "utilisation") continue;
    figures.push_back(prediction.figures[i]);
    places.push_back(i);
  }
  if (record.interrupted || record.gave_up || setup.schedule.times_s.empty()) return out;
  const double duration_s = setup.schedule.duration_s;
  const double stretch_s =
      std::max(kStretch_s, kHindsightRequests * duration_s / static_cast<double>(setup.schedule.times_s.size()));
  const auto stretches = std::max<std::int64_t>(1, static_cast<std::int64_t>(duration_s / stretch_s));
  planner::MeasuredServices measured{.stretch_s = duration_s / static_cast<double>(stretches)};
  measured.mean_s =
      bench::mean_services(record, measured.stretch_s, stretches, static_cast<std::int64_t>(kHindsightRequests / 4));
  if (std::ranges::none_of(measured.mean_s, [](double mean_s) { return mean_s > 0; })) return out;
  for (double& mean_s : measured.mean_s) {
    if (mean_s > 0) mean_s += calibration.hand_over.total_s();
  }
  const std::vector<double> values = planner::predict_in_hindsight(
      scenario_of(setup, calibration), [&] { return setup.scaled.make_policy(); }, measured, figures,
      setup.request.seed);
  for (std::size_t i = 0; i < places.size(); ++i) out[places[i]] = values[i];
  return out;
}

namespace {

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
  out.confidence = kConfidence;
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
