#include "planner/sizing/trial.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>

#include "planner/policies/fixed.h"
#include "planner/simulation/in_parallel.h"
#include "planner/simulation/simulator.h"

namespace mlplan::planner {

namespace {

constexpr std::uint64_t kMostWindows = 100'000;

Scenario scenario_of(const Deployed& deployed, const Window& window) {
  Scenario scenario;
  scenario.arrivals = window.arrivals;
  scenario.fleet.instance = deployed.candidate.instance();
  scenario.fleet.start_up = deployed.candidate.start_up();
  scenario.fleet.initial_instances = deployed.scaling.initial_instances(window);
  scenario.fleet.initial_pool = deployed.scaling.initial_pool;
  scenario.fleet.start_up.pool_exit_s = deterministic(deployed.scaling.pool_exit_s);
  scenario.routing = Routing::least_outstanding;
  scenario.duration_s = window.warm_up_s + window.counted_s;
  scenario.warm_up_s = window.warm_up_s;
  return scenario;
}

// Into the pool an instance runs, too.
double running_s(const InstanceSeconds& seconds) {
  return seconds.ready + seconds.loading + seconds.filling + seconds.stopping;
}

void add(Totals& totals, const SimulationResult& result, const std::vector<LatencyObjective>& objectives,
         double weight) {
  totals.requests += weight * static_cast<double>(result.arrivals);
  totals.within.resize(objectives.size());
  for (std::size_t i = 0; i < objectives.size(); ++i) {
    const double within = result.response.share_within(objectives[i].at_most_ns / 1e9);
    totals.within[i] += weight * within * static_cast<double>(result.response.count());
  }
  totals.exposed += weight * static_cast<double>(result.exposed);
  totals.instance_s += weight * running_s(result.instance_s);
  totals.stopped_s += weight * result.instance_s.pooled;
  totals.time_s += weight * result.measured_s;
  totals.busy_slot_s += weight * result.busy_slot_s;
  totals.ready_slot_s += weight * result.ready_slot_s;
  totals.starts += weight * static_cast<double>(result.instances.cold_starts);
}

using Member = std::function<double(const Totals&)>;

Interval over(const std::vector<Totals>& totals, const Member& above, const Member& below) {
  std::vector<double> numerators;
  std::vector<double> denominators;
  for (const Totals& one : totals) {
    numerators.push_back(above(one));
    denominators.push_back(below(one));
  }
  return ratio_interval(numerators, denominators);
}

Interval ratio(const TrialResult& result, const Member& above, const Member& below) {
  Interval interval = over(result.replications, above, below);
  if (result.windows.size() < kFewestWindows) return interval;
  const double between = interval.n > 1 ? interval.half_width() : 0;  // one replication: the windows' own noise says it
  const double half = std::hypot(between, over(result.windows, above, below).half_width());
  interval.low = interval.mean - half;
  interval.high = interval.mean + half;
  return interval;
}

double requests_of(const Totals& totals) { return totals.requests; }

}  // namespace

Scaling fixed_scaling(std::int64_t instances) {
  return {.policy = [instances](
                        const Window&) { return std::make_unique<FixedPolicy>(FixedSettings{.instances = instances}); },
          .initial_instances = [instances](const Window&) { return instances; }};
}

Interval TrialResult::within(std::size_t objective) const {
  Interval interval = ratio(*this, [=](const Totals& totals) { return totals.within[objective]; }, requests_of);
  if (interval.n == 0) interval.mean = 1;  // nobody came
  return interval;
}

Interval TrialResult::exposure() const {
  return ratio(*this, [](const Totals& totals) { return totals.exposed; }, requests_of);
}

Interval TrialResult::instances() const {
  return ratio(
      *this, [](const Totals& totals) { return totals.instance_s; },
      [](const Totals& totals) { return totals.time_s; });
}

double TrialResult::stopped() const {
  return ratio(
             *this, [](const Totals& totals) { return totals.stopped_s; },
             [](const Totals& totals) { return totals.time_s; })
      .mean;
}

Interval TrialResult::utilisation() const {
  return ratio(
      *this, [](const Totals& totals) { return totals.busy_slot_s; },
      [](const Totals& totals) { return totals.ready_slot_s; });
}

double TrialResult::response_quantile(double q) const {
  double all = 0;
  for (const Totals& one : replications) all += one.requests;
  double sum = 0;
  for (const auto& [time, requests] : response_s) {
    sum += requests;
    if (sum >= q * all) return time;
  }
  return std::numeric_limits<double>::infinity();
}

namespace {

// All windows of all replications, each a simulation of its own; results in the order of the windows.
std::vector<SimulationResult> simulate_all(const Deployed& deployed, const TrialQuestion& question, std::int64_t first,
                                           std::int64_t count) {
  const std::size_t windows = question.windows->size();
  std::vector<SimulationResult> results(windows * static_cast<std::size_t>(count));
  in_parallel(results.size(), [&](std::size_t i) {
    const Window& window = (*question.windows)[i % windows];
    const std::unique_ptr<Policy> policy = deployed.scaling.policy(window);
    // Windows of one replication are independent of each other.
    const std::uint64_t stream = (static_cast<std::uint64_t>(first) + i / windows) * kMostWindows + i % windows;
    results[i] = simulate(scenario_of(deployed, window), *policy, question.seed, stream);
  });
  return results;
}

}  // namespace

void run_trial(const Deployed& deployed, const TrialQuestion& question, std::int64_t first, std::int64_t count,
               TrialResult& result) {
  const std::vector<Window>& windows = *question.windows;
  const std::vector<LatencyObjective>& objectives = *question.objectives;
  const std::vector<SimulationResult> simulations = simulate_all(deployed, question, first, count);
  result.windows.resize(windows.size());
  for (std::int64_t replication = 0; replication < count; ++replication) {
    Totals totals;
    totals.within.resize(objectives.size());
    for (std::size_t i = 0; i < windows.size(); ++i) {
      const SimulationResult& simulation = simulations[static_cast<std::size_t>(replication) * windows.size() + i];
      add(totals, simulation, objectives, windows[i].weight);
      add(result.windows[i], simulation, objectives, windows[i].weight);
      for (const HistogramBin& bin : simulation.response.bins())
        result.response_s[bin.high] += windows[i].weight * static_cast<double>(bin.count);
      result.simulated += simulation.arrivals;
      result.most_instances = std::max(result.most_instances, simulation.most_instances);
    }
    result.replications.push_back(std::move(totals));
  }
}

}  // namespace mlplan::planner
