#include "cli/commands/verify_run.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "bench/clock.h"
#include "bench/machine.h"
#include "bench/serving.h"
#include "bench/statistics.h"
#include "planner/policies/fixed.h"
#include "planner/simulation/hindsight.h"
#include "planner/simulation/serving_of_report.h"
#include "profiles/support/units.h"

namespace mlplan::cli {
namespace {

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
constexpr double kDrain_s = 60;
constexpr std::int64_t kMarks = 60;  // stretches of the timeline
constexpr double kShortestStretch_s = 1;
constexpr double kNanoseconds = 1e9;

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
      planner::predict_run(same, fixed, {}, {}, kVerifyConfidence, kCalibrationReplications, setup.request.seed)
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

std::int64_t stretches_of(double duration_s) {
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(duration_s / kShortestStretch_s), 1, kMarks);
}

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

bool is_of_interest(const std::string& figure, const VerifySetup& setup) {
  if (figure == "pool_draws" || figure == "pool_misses") return setup.scaled.fleet.initial_pool > 0;
  if (figure == "cold_starts" || figure == "exposure") return setup.scaled.follow || !setup.kills_s.empty();
  return true;
}

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
        scenario, [&] { return setup.scaled.make_policy(); }, unknowns, out.figures, kVerifyConfidence, replications,
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

}  // namespace mlplan::cli
