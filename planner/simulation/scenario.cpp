#include "planner/simulation/scenario.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace mlplan::planner {

namespace {

bool good(const Distribution& law) {
  if (!std::isfinite(law.mean) || law.mean < 0) return false;
  switch (law.kind) {
    case Distribution::Kind::deterministic:
    case Distribution::Kind::exponential: return true;
    case Distribution::Kind::erlang: return law.phases >= 1;
    case Distribution::Kind::hyperexponential:
      return law.share >= 0 && law.share <= 1 && law.fast_mean >= 0 && std::isfinite(law.slow_mean) &&
             law.slow_mean >= 0;
    case Distribution::Kind::lognormal: return std::isfinite(law.sigma) && law.sigma >= 0;
    case Distribution::Kind::empirical: break;
  }
  const auto possible = [](double x) { return std::isfinite(x) && x >= 0; };
  return !law.samples.empty() && (law.weights.empty() || law.weights.size() == law.samples.size()) &&
         std::all_of(law.samples.begin(), law.samples.end(), possible) &&
         std::all_of(law.weights.begin(), law.weights.end(), possible);
}

bool good(const std::optional<Distribution>& law) { return !law || good(*law); }

tl::unexpected<Error> wrong(const char* where, const char* message) { return fail(ErrorKind::usage, message, where); }

Status check(const RateArrivals& arrivals) {
  const RateSeries& series = arrivals.series;
  if (series.rate_per_s.empty()) return wrong("arrivals", "a series of rates must have at least one");
  if (!(series.interval_s > 0)) return wrong("arrivals", "the interval of a series must be above 0");
  for (const double rate : series.rate_per_s) {
    if (!(rate >= 0) || !std::isfinite(rate)) return wrong("arrivals", "a rate must be a number, and not negative");
  }
  if (!(arrivals.burst_scv >= 0) || !(arrivals.burst_interval_s > 0)) {
    return wrong("arrivals", "bursts must have a variance of at least 0 and an interval above 0");
  }
  if (!(arrivals.mean_group >= 1)) return wrong("arrivals", "a group must be at least one request in the mean");
  return {};
}
Status check(const RenewalArrivals& arrivals) {
  if (!good(arrivals.between) || !(arrivals.between.mean > 0)) {
    return wrong("arrivals", "the time between arrivals must be a law with a mean above 0");
  }
  return {};
}
Status check(const ListedArrivals& arrivals) {
  if (!std::is_sorted(arrivals.times_s.begin(), arrivals.times_s.end()) ||
      (!arrivals.times_s.empty() && !(arrivals.times_s.front() >= 0))) {
    return wrong("arrivals", "arrival times must be ascending from 0");
  }
  return {};
}
Status check(const StreamedArrivals& arrivals) {
  if (!arrivals.open) return wrong("arrivals", "the stream of arrivals is missing");
  return {};
}

Status check(const SharedHost& host) {
  const auto uses = [](double cpus) { return cpus >= 0 && std::isfinite(cpus); };
  if (!(host.cpus > 0) || !std::isfinite(host.cpus)) return wrong("fleet.host.cpus", "must be above 0");
  if (!uses(host.cpus_per_slot)) return wrong("fleet.host.cpus_per_slot", "must not be negative");
  if (!uses(host.cpus_besides)) return wrong("fleet.host.cpus_besides", "must not be negative");
  if (!uses(host.cpus_per_load)) return wrong("fleet.host.cpus_per_load", "must not be negative");
  for (const double pace : host.pace) {
    if (!(pace > 0) || !std::isfinite(pace)) return wrong("fleet.host.pace", "a pace must be above 0");
  }
  if (!(host.pace_stretch_s > 0)) return wrong("fleet.host.pace_stretch_s", "must be above 0");
  for (const double factor : host.service_factor) {
    if (!(factor > 0) || !std::isfinite(factor)) return wrong("fleet.host.service_factor", "a factor must be above 0");
  }
  return {};
}

Status check(const InstanceSettings& instance) {
  if (instance.workers < 1 || instance.concurrency < 1 || instance.workers * instance.concurrency > 100'000) {
    return wrong("fleet.instance", "an instance must have at least one worker and serve at least one batch at once");
  }
  if (instance.max_batch < 1 || instance.max_batch > 100'000) {
    return wrong("fleet.instance.max_batch", "a batch must be between 1 and 100,000");
  }
  if (!(instance.batch_timeout_s >= 0)) return wrong("fleet.instance.batch_timeout_s", "must not be negative");
  const AfterIdle& after_idle = instance.after_idle;
  if (!(after_idle.alone >= 1) || !(after_idle.beside >= 1))
    return wrong("fleet.instance.after_idle", "a factor must be at least 1");
  if (after_idle.neighbours < 1 || !(after_idle.cooling_s >= 0) || !(after_idle.warming_s >= 0))
    return wrong("fleet.instance.after_idle", "one neighbour at least, and times of 0 or more");
  if (instance.service.empty()) return wrong("fleet.instance.service", "at least one batch size must have a law");
  std::int64_t before = 0;
  for (const BatchService& service : instance.service) {
    if (service.batch <= before) return wrong("fleet.instance.service", "batch sizes must ascend from 1");
    if (!good(service.time_s)) return wrong("fleet.instance.service", "a law has no samples or negative times");
    before = service.batch;
  }
  return {};
}

}  // namespace

double capacity_per_s(const InstanceSettings& instance) {
  double best = 0;
  for (const BatchService& service : instance.service) {
    // The first serves any smaller batch too; larger than the largest are never made.
    if (best > 0 && service.batch > instance.max_batch) break;
    const auto requests = static_cast<double>(std::min(service.batch, instance.max_batch));
    best = std::max(best, requests / service.time_s.mean);
  }
  return static_cast<double>(instance.workers * instance.concurrency) * best;
}

Status validate(const Scenario& scenario) {
  const FleetSettings& fleet = scenario.fleet;
  if (Status status = std::visit([](const auto& kind) { return check(kind); }, scenario.arrivals); !status) {
    return status;
  }
  if (Status status = check(fleet.instance); !status) return status;
  const StartUpSettings& start_up = fleet.start_up;
  if (!good(start_up.load_s) || !good(start_up.node_s) || !good(start_up.image_s) || !good(start_up.pool_exit_s) ||
      !good(start_up.pool_fill_s)) {
    return wrong("fleet.start_up", "a law has no samples or negative times");
  }
  for (const double factor : start_up.simultaneous_factor) {
    if (!(factor > 0)) return wrong("fleet.start_up.simultaneous_factor", "a factor must be above 0");
  }
  if (fleet.host) {
    if (Status status = check(*fleet.host); !status) return status;
  }
  if (fleet.initial_instances < 0 || fleet.initial_pool < 0 ||
      fleet.initial_instances + fleet.initial_pool > fleet.max_instances) {
    return wrong("fleet", "the initial instances must not be negative nor more than the most");
  }
  for (const EndSettings* end : {&fleet.failures, &fleet.interruptions}) {
    if (!(end->time_between_s > 0) || !(end->notice_s >= 0)) {
      return wrong("fleet", "the time between failures or interruptions must be above 0");
    }
    if (!std::ranges::is_sorted(end->at_s)) return wrong("fleet", "the times of failures must not go back");
  }
  if (scenario.queue_limit < 0) return wrong("queue_limit", "must not be negative");
  if (!(scenario.duration_s > 0) || !std::isfinite(scenario.duration_s)) return wrong("duration_s", "must be above 0");
  if (!(scenario.warm_up_s >= 0 && scenario.warm_up_s < scenario.duration_s)) {
    return wrong("warm_up_s", "must be before the end");
  }
  if (!(scenario.drain_s >= 0)) return wrong("drain_s", "must not be negative");
  if (!(scenario.slo_response_s > 0)) return wrong("slo_response_s", "must be above 0");
  for (const double threshold : scenario.other_responses_s) {
    if (!(threshold > 0)) return wrong("other_responses_s", "must be above 0");
  }
  if (scenario.timeline_points < 0) return wrong("timeline_points", "must not be negative");
  return {};
}

}  // namespace mlplan::planner
