#include "planner/sizing/scaled_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "planner/policies/fixed.h"
#include "planner/policies/follow_of_plan.h"
#include "planner/simulation/fleet_of_report.h"
#include "planner/simulation/serving_of_report.h"
#include "planner/simulation/shared_host.h"
#include "planner/sizing/planned_candidate.h"
#include "profiles/support/units.h"

namespace mlplan::planner {

namespace {

std::string instances_text(std::int64_t count) { return format_count(count, "instance"); }

// As a relative standard deviation: half of the interval of the median, of whatever is not yet averaged out.
double deviation_of(const Stat& stat) {
  if (!stat.low || !stat.high || !(stat.median > 0)) return 0;
  return (*stat.high - *stat.low) / (2 * kNormalDeviations * stat.median);
}

// Of the median, as a relative standard deviation.
double error_of(const WorkerModel& worker) {
  return worker.error_known ? worker.error / kNormalDeviations : worker.error;
}

// Of how fast the model is served from one stretch of time to another, as the row saw it that has most of them: what a
// run has to expect whose machine is as it was.
double deviation_between_runs(const Report& report, const Deployment& planned) {
  std::vector<double> most;
  for (const SteadyRow& row : report.steady) {
    if (row.mode != "closed" || row.workers != 1 || row.concurrency != 1 || row.threads != planned.threads) continue;
    std::vector<double> known = row.throughput.samples;
    std::erase_if(known, [](double sample) { return !(sample > 0); });
    if (known.size() > most.size()) most = std::move(known);
  }
  return deviation_of_logarithms(most);
}

// CPUs that a start keeps busy, in the mean.
double cpus_of(const ColdStartState& state) {
  double cpu_ns = 0;
  for (const Phase& phase : state.phases) {
    if (phase.cpu.n > 0) cpu_ns += phase.cpu.median;
  }
  return state.time_to_first_result.median > 0 ? cpu_ns / state.time_to_first_result.median : 1;
}

// How much slower services are with 1, 2, ... slots busy on this machine: as it was measured side by side in one go, or
// else by the rows of several workers; more than were measured share the CPUs on top of that.
std::vector<double> factors_of(const Report& report, const WorkerModel& worker, std::int64_t slots, double cpus) {
  std::vector<double> factors = service_factors_of(report, worker.threads, slots, cpus);
  if (!factors.empty()) return factors;
  const double most = std::max(1.0, worker.largest_share());
  for (std::int64_t k = 1; k <= slots; ++k) {
    const double share = static_cast<double>(k * worker.threads) / cpus;
    factors.push_back(worker.factor_at(share) * std::max(1.0, share / most));
  }
  return factors;
}

// In proportion, and one at the least of what the plan has any of.
std::int64_t part_of(std::int64_t count, std::int64_t instances, std::int64_t planned) {
  if (count == 0) return 0;
  const double part = static_cast<double>(count * instances) / static_cast<double>(planned);
  return std::max<std::int64_t>(1, std::llround(part));
}

// The policy for fewer and other instances: what each serves is `speed` times the plan's.
FollowSettings scaled_follow(FollowSettings follow, double speed, std::int64_t instances, std::int64_t planned) {
  follow.spares = std::min(part_of(follow.spares, instances, planned), instances - 1);
  follow.stopped = part_of(follow.stopped, instances, planned);
  const std::int64_t serving = instances - follow.spares;
  follow.step = std::min(follow.step, serving);
  follow.rates.resize(static_cast<std::size_t>(std::min(serving, static_cast<std::int64_t>(follow.rates.size()))));
  for (double& rate : follow.rates) rate *= speed;
  follow.capacity_per_s *= speed;
  follow.lowest = std::min(follow.lowest, serving);
  follow.highest = instances;
  return follow;
}

class Scaler {
 public:
  explicit Scaler(const ScaleQuestion& question)
      : question_(question), planned_(*question.plan->recommendation), report_(*question.report) {}

  Result<ScaledPlan> scale() {
    const Result<Candidate> candidate = planned_candidate(planned_, report_, question_.report_path);
    if (!candidate) return fail(candidate.error());
    if (Status status = settle_size(); !status) return fail(status.error());
    set_serving(*candidate);
    if (Status status = set_starting(); !status) return fail(status.error());
    if (Status status = set_scaling(); !status) return fail(status.error());
    say_what_is_not_verified();
    return std::move(out_);
  }

 private:
  Status settle_size() {
    const auto threads = static_cast<double>(planned_.threads);
    const auto fitting = static_cast<std::int64_t>(question_.cpus / threads + 1e-9);
    if (fitting < 1)
      return fail(ErrorKind::usage,
                  fmt::format("a worker of the plan has {}, and this machine has {:.3g} CPUs",
                              format_count(planned_.threads, "thread"), question_.cpus),
                  question_.plan_path, "verify it on a larger machine, or plan again with --threads 1");
    workers_ = std::min(planned_.workers, fitting);
    out_.threads = planned_.threads;
    const std::int64_t planned = planned_.instances - planned_.pool.stopped;
    out_.planned_instances = planned;
    const std::int64_t carried = std::max<std::int64_t>(1, fitting / workers_);
    if (question_.instances && *question_.instances > planned)
      return fail(
          ErrorKind::usage,
          fmt::format("the plan {} {}", planned_.pool.stopped > 0 ? "runs at most" : "has", instances_text(planned)),
          "--instances", "at most as many as are planned");
    out_.instances = question_.instances.value_or(std::min(planned, carried));
    if (workers_ < planned_.workers)
      out_.why.push_back(fmt::format("An instance is {} here, of the plan's {}: this machine has {:.3g} CPUs.",
                                     format_count(workers_, "worker"), planned_.workers, question_.cpus));
    if (out_.instances < planned)
      out_.why.push_back(
          question_.instances
              ? fmt::format("{} of the plan's {} were asked for.", instances_text(out_.instances), planned)
              : fmt::format("This machine carries {} of the plan's {}.", instances_text(out_.instances), planned));
    return {};
  }

  void set_serving(const Candidate& candidate) {
    InstanceSettings& instance = out_.fleet.instance;
    instance.workers = workers_;
    instance.max_batch = planned_.max_batch;
    instance.batch_timeout_s = static_cast<double>(planned_.batch_timeout_ns) / 1e9;
    instance.after_idle = candidate.worker->after_idle;
    instance.service.clear();
    for (const ServiceLaw& law : candidate.worker->service) {
      if (law.row.batch <= planned_.max_batch) instance.service.push_back(law.row);
    }
    SharedHost host{.cpus = question_.cpus, .cpus_per_slot = static_cast<double>(planned_.threads)};
    host.service_factor = factors_of(report_, *candidate.worker, workers_ * out_.instances, question_.cpus);
    const double busy_factor = factor_at(host.service_factor, workers_ * out_.instances);
    out_.fleet.host = std::move(host);
    speed_ = planner::capacity_per_s(instance) / busy_factor / planned_.capacity_per_s;
    out_.unknowns.service = std::max(deviation_between_runs(report_, planned_), error_of(*candidate.worker));
  }

  Status set_starting() {
    out_.start_state = find_state(report_, "warm") != nullptr ? "warm" : planned_.times.start_up_state;
    Result<StartUpSettings> start = start_up_of_report(report_, out_.start_state, false);
    if (!start) return fail(start.error());
    if (Result<StartUpSettings> shared = start_up_of_report(report_, out_.start_state, true)) start = std::move(shared);
    out_.fleet.start_up = *std::move(start);
    const ColdStartState& state = *find_state(report_, out_.start_state);
    out_.fleet.host->cpus_per_load = cpus_of(state);
    out_.unknowns.start_up = deviation_of(state.time_to_first_result);
    return {};
  }

  Status set_scaling() {
    FleetSettings& fleet = out_.fleet;
    if (planned_.scaling.kind == "fixed") {
      fleet.initial_instances = out_.instances;
      out_.rate_factor = speed_ * static_cast<double>(out_.instances) /
                         static_cast<double>(std::max<std::int64_t>(1, planned_.instances));
    } else {
      Result<FollowSettings> planned = follow_of_plan(planned_, question_.plan_path);
      if (!planned) return fail(planned.error());
      const double there = planned->rates[static_cast<std::size_t>(
          std::clamp<std::int64_t>(planned_.scaling.highest, 1, static_cast<std::int64_t>(planned->rates.size())) - 1)];
      const std::int64_t spares = planned->spares + planned->stopped;
      FollowSettings follow = scaled_follow(*std::move(planned), speed_, out_.instances, out_.planned_instances);
      if (const std::int64_t kept = follow.spares + follow.stopped; kept < spares)
        out_.why.push_back(
            fmt::format("{} of the plan's {} are kept, in proportion.", format_count(kept, "spare"), spares));
      out_.rate_factor = std::min(speed_, there > 0 ? follow.rates.back() / there : speed_);
      if (follow.forecast) {
        for (double& rate : follow.forecast->rate_per_s) rate *= out_.rate_factor;
      }
      fleet.max_instances = out_.instances + follow.stopped;
      fleet.initial_pool = follow.stopped;
      fleet.start_up.pool_exit_s = deterministic(follow.stopped_ready_in_s);
      out_.follow = std::move(follow);
    }
    if (std::abs(out_.rate_factor - 1) > 0.005)
      out_.why.push_back(
          fmt::format("Requests come at {:.3g} times the plan's rate, so that the load of each instance is the plan's.",
                      out_.rate_factor));
    return {};
  }

  void say_what_is_not_verified() {
    std::vector<std::string>& out = out_.not_verified;
    if (planned_.extrapolation.kind != "measured")
      out.push_back(fmt::format("How fast {} is: the times checked are those of the machine that was measured.",
                                planned_.instance.name));
    if (planned_.times.start_up_state != out_.start_state)
      out.push_back(fmt::format("Starts in the state {}, which the plan takes: those here find the files in memory.",
                                planned_.times.start_up_state));
    if (planned_.times.node_start_s || planned_.times.image_start_s)
      out.emplace_back("How long a machine or an image takes to be there before the model starts.");
    if (out_.fleet.host && out_.instances > 1)
      out.emplace_back(
          "Instances that each have a machine of their own: those here share its CPUs, and the prediction knows.");
    if (out_.fleet.initial_pool > 0)
      out.emplace_back("How long a stopped spare takes: it is kept here as a process that is let in after that time.");
  }

  const ScaleQuestion& question_;
  const Deployment& planned_;
  const Report& report_;
  ScaledPlan out_;
  std::int64_t workers_ = 1;
  double speed_ = 1;  // of an instance here, over one of the plan
};

}  // namespace

std::unique_ptr<Policy> ScaledPlan::make_policy() const {
  if (follow) return std::make_unique<FollowPolicy>(*follow);
  return std::make_unique<FixedPolicy>(FixedSettings{.instances = fleet.initial_instances});
}

Result<ScaledPlan> scale_plan(const ScaleQuestion& question) { return Scaler(question).scale(); }

std::optional<Estimate> memory_together(const Report& report, std::int64_t processes) {
  const auto steady = std::ranges::find(report.memory.ledger, "steady", &LedgerRow::at);
  if (steady == report.memory.ledger.end() || steady->pss.n == 0) return std::nullopt;
  const auto add = [](Estimate& sum, const Stat& stat, double times) {
    sum.value += times * stat.median;
    sum.low = *sum.low + times * stat.low.value_or(stat.min);
    sum.high = *sum.high + times * stat.high.value_or(stat.max);
  };
  Estimate sum{.value = 0, .low = 0, .high = 0};
  add(sum, steady->pss, 1);
  std::int64_t left = processes - 1;
  for (const MarginalWorker& worker : report.memory.marginal) {
    if (left < 1) break;
    add(sum, worker.added, 1);
    --left;
  }
  if (left < 1) return sum;
  if (report.memory.marginal.empty()) {
    if (!report.memory.marginal_worker) return std::nullopt;
    add(sum, *report.memory.marginal_worker, static_cast<double>(left));
  } else {
    add(sum, report.memory.marginal.back().added, static_cast<double>(left));
  }
  return sum;
}

}  // namespace mlplan::planner
