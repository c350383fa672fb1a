#include "planner/simulation/simulation_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "planner/simulation/replications.h"

namespace mlplan::planner {

namespace {

constexpr double kNanoseconds = 1e9;
// Of events that did not happen in n trials, less than 3 / n is sure at 95 %.
constexpr double kFewestAllowed = 3;

double share(double part, double whole) { return whole > 0 ? part / whole : 0; }

// A share's interval stays among shares.
enum class Bounded { no, to_shares, from_zero };

Estimate estimate_of(const std::vector<double>& values, double confidence, Bounded bounded) {
  const Interval interval = mean_interval(values, confidence);
  Estimate estimate{.value = interval.mean};
  if (values.size() < 2) return estimate;
  estimate.low = bounded == Bounded::no ? interval.low : std::max(0.0, interval.low);
  estimate.high = bounded == Bounded::to_shares ? std::min(1.0, interval.high) : interval.high;
  return estimate;
}

ObjectiveVerdict judged(std::string objective, double allowed, const std::vector<double>& missed, double requests,
                        double confidence) {
  ObjectiveVerdict verdict;
  verdict.objective = std::move(objective);
  verdict.allowed = allowed;
  verdict.missed = estimate_of(missed, confidence, Bounded::to_shares);
  // 1 - 0.99 is 0.01 but for the last bits, and 1 missed of 100 is allowed.
  const double limit = allowed * (1 + 1e-9);
  verdict.verdict = "inconclusive";
  if (!verdict.missed.low) {
    verdict.why = "One replication has no interval.";
  } else if (*verdict.missed.low > limit) {
    verdict.verdict = "missed";
  } else if (*verdict.missed.high > limit) {
    verdict.why = "The interval lies on both sides of what is allowed: more replications or a longer time narrow it.";
  } else if (requests * allowed < kFewestAllowed) {
    verdict.why = fmt::format("{:.0f} requests are too few for a share of {:.3g} %: it takes {:.0f}.", requests,
                              allowed * 100, std::ceil(kFewestAllowed / allowed));
  } else {
    verdict.verdict = "met";
  }
  return verdict;
}

}  // namespace

SimulatedFigures figures_of(std::span<const SimulationResult> results, const Slo& slo, double confidence) {
  const auto estimate = [&](Bounded bounded, const Measure& measure) {
    return estimate_of(values_of(results, measure), confidence, bounded);
  };
  const auto part = [&](const std::function<std::int64_t(const SimulationResult&)>& count) {
    return estimate(Bounded::to_shares, [&](const SimulationResult& r) {
      return share(static_cast<double>(count(r)), static_cast<double>(r.arrivals));
    });
  };
  const auto count = [&](auto member) {
    return estimate(Bounded::from_zero, [member](const SimulationResult& r) { return static_cast<double>(member(r)); });
  };
  const auto mean_number = [&](double InstanceSeconds::* state) {
    return estimate(Bounded::from_zero,
                    [state](const SimulationResult& r) { return share(r.instance_s.*state, r.measured_s); });
  };
  using R = SimulationResult;
  SimulatedFigures figures;
  figures.requests = count([](const R& r) { return r.arrivals; });
  figures.unserved = part([](const R& r) { return r.rejected + r.lost + r.unfinished; });
  figures.waited = part([](const R& r) { return r.waited; });
  figures.exposure = estimate(Bounded::to_shares, exposure);
  figures.mean_response_ns = estimate(Bounded::from_zero, [](const R& r) { return r.response.mean() * kNanoseconds; });
  figures.mean_batch = estimate(Bounded::from_zero, [](const R& r) {
    return share(static_cast<double>(r.service.count()), static_cast<double>(r.batches));
  });
  figures.utilisation = estimate(Bounded::to_shares, utilisation);
  figures.ready = mean_number(&InstanceSeconds::ready);
  figures.loading = mean_number(&InstanceSeconds::loading);
  figures.pooled = mean_number(&InstanceSeconds::pooled);
  figures.filling = mean_number(&InstanceSeconds::filling);
  figures.stopping = mean_number(&InstanceSeconds::stopping);
  figures.most_instances = count([](const R& r) { return r.most_instances; });
  figures.cold_starts = count([](const R& r) { return r.instances.cold_starts; });
  figures.draws = count([](const R& r) { return r.instances.draws; });
  figures.misses = count([](const R& r) { return r.instances.misses; });
  figures.stops = count([](const R& r) { return r.instances.stops; });
  figures.failures = count([](const R& r) { return r.instances.failures; });
  figures.interruptions = count([](const R& r) { return r.instances.interruptions; });

  std::set<double> quantiles = {0.5, 0.9, 0.99, 0.999};
  for (const LatencyObjective& objective : slo.latency) quantiles.insert(objective.quantile);
  for (const double q : quantiles) {
    SimulatedPercentile percentile{.quantile = q};
    const bool enough = std::all_of(results.begin(), results.end(),
                                    [q](const R& r) { return static_cast<double>(r.completed) * (1 - q) >= 1 - 1e-9; });
    if (enough) {
      percentile.response_ns =
          estimate(Bounded::from_zero, [q](const R& r) { return r.response.quantile(q) * kNanoseconds; });
    }
    figures.response.push_back(percentile);
  }
  return figures;
}

void count_objectives(const Slo& slo, Scenario& scenario) {
  constexpr double kNanosecond = 1e-9;
  scenario.other_responses_s.clear();
  for (const LatencyObjective& objective : slo.latency)
    scenario.other_responses_s.push_back(objective.at_most_ns / kNanoseconds + kNanosecond);
  if (scenario.other_responses_s.empty()) return;
  scenario.slo_response_s = scenario.other_responses_s.back();
  scenario.other_responses_s.pop_back();
}

std::vector<ObjectiveVerdict> verdicts_of(std::span<const SimulationResult> results, const Slo& slo,
                                          double confidence) {
  double requests = 0;
  for (const SimulationResult& result : results) requests += static_cast<double>(result.arrivals);
  std::vector<ObjectiveVerdict> verdicts;
  for (std::size_t k = 0; k < slo.latency.size(); ++k) {
    const bool last = k + 1 == slo.latency.size();
    const auto missed = [&](const SimulationResult& r) {
      const std::int64_t within = last ? r.within_slo : r.within_other[k];
      return share(static_cast<double>(r.arrivals - within), static_cast<double>(r.arrivals));
    };
    const LatencyObjective& objective = slo.latency[k];
    verdicts.push_back(judged(format_latency_objective(objective), 1 - objective.quantile, values_of(results, missed),
                              requests, confidence));
  }
  if (slo.exposure) {
    verdicts.push_back(judged(fmt::format("exposure up to {:.4g} %", *slo.exposure * 100), *slo.exposure,
                              values_of(results, exposure), requests, confidence));
  }
  return verdicts;
}

std::string worst_of(const std::vector<ObjectiveVerdict>& verdicts) {
  for (const char* word : {"missed", "inconclusive"}) {
    if (std::any_of(verdicts.begin(), verdicts.end(), [word](const auto& x) { return x.verdict == word; })) return word;
  }
  return verdicts.empty() ? "none" : "met";
}

std::vector<SimulatedStretch> timeline_of(const SimulationResult& result, double stretch_s) {
  std::vector<SimulatedStretch> stretches;
  for (const TimelinePoint& point : result.timeline) {
    stretches.push_back(
        {.start_s = point.start_s,
         .arrivals_per_s = static_cast<double>(point.arrivals) / stretch_s,
         .queued = point.queued,
         .in_service = point.in_service,
         .ready = point.ready,
         .loading = point.loading,
         .pooled = point.pooled,
         .completed = point.completed,
         .late = point.beyond_slo,
         .exposed = point.exposed,
         .mean_response_ns = share(point.response_s, static_cast<double>(point.completed)) * kNanoseconds,
         .max_response_ns = point.max_response_s * kNanoseconds});
  }
  return stretches;
}

SimulatedTime time_of(const Distribution& law) {
  return {
      .mean_ns = law.mean * kNanoseconds, .scv = scv(law), .samples = static_cast<std::int64_t>(law.samples.size())};
}

SimulatedFleet fleet_of(const Scenario& scenario) {
  const FleetSettings& settings = scenario.fleet;
  const InstanceSettings& instance = settings.instance;
  SimulatedFleet fleet;
  fleet.workers = instance.workers;
  fleet.concurrency = instance.concurrency;
  fleet.max_batch = instance.max_batch;
  fleet.batch_timeout_ns = std::llround(instance.batch_timeout_s * kNanoseconds);
  for (const BatchService& service : instance.service)
    fleet.service.push_back({.batch = service.batch, .time = time_of(service.time_s)});
  fleet.start_up = time_of(settings.start_up.load_s);
  if (settings.start_up.node_s) fleet.node_start = time_of(*settings.start_up.node_s);
  fleet.pool_exit = time_of(settings.start_up.pool_exit_s);
  fleet.simultaneous_factor = settings.start_up.simultaneous_factor;
  fleet.initial_instances = settings.initial_instances;
  fleet.initial_pool = settings.initial_pool;
  if (std::isfinite(settings.failures.time_between_s)) fleet.time_between_failures_s = settings.failures.time_between_s;
  if (std::isfinite(settings.interruptions.time_between_s)) {
    fleet.time_between_interruptions_s = settings.interruptions.time_between_s;
    fleet.notice_s = settings.interruptions.notice_s;
  }
  fleet.routing = scenario.routing == Routing::shared_queue ? "shared_queue" : "least_outstanding";
  return fleet;
}

}  // namespace mlplan::planner
