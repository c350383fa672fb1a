// The field lists of the simulation: the key of each member, with its unit. Only for simulation.cpp.
#pragma once

#include "profiles/plan_fields.h"
#include "profiles/simulation.h"
#include "profiles/support/json_fields.h"

namespace mlplan {

template <class F, Like<SimulatedTime> T>
void fields(F& field, T& time) {
  field("mean_ns", time.mean_ns);
  field("scv", time.scv);
  field("samples", time.samples);
}

template <class F, Like<SimulatedService> T>
void fields(F& field, T& service) {
  field("batch", service.batch);
  field("time", service.time);
}

template <class F, Like<SimulatedFleet> T>
void fields(F& field, T& fleet) {
  field("plan", fleet.plan);
  field("report", fleet.report);
  field("model", fleet.model);
  field("workers", fleet.workers);
  field("threads", fleet.threads);
  field("concurrency", fleet.concurrency);
  field("max_batch", fleet.max_batch);
  field("batch_timeout_ns", fleet.batch_timeout_ns);
  field("service", fleet.service);
  field("start_state", fleet.start_state);
  field("start_up", fleet.start_up);
  field("node_start", fleet.node_start);
  field("pool_exit", fleet.pool_exit);
  field("simultaneous_factor", fleet.simultaneous_factor);
  field("initial_instances", fleet.initial_instances);
  field("initial_pool", fleet.initial_pool);
  field("time_between_failures_s", fleet.time_between_failures_s);
  field("time_between_interruptions_s", fleet.time_between_interruptions_s);
  field("notice_s", fleet.notice_s);
  field("routing", fleet.routing);
}

template <class F, Like<SimulatedRun> T>
void fields(F& field, T& run) {
  field("from_s", run.from_s);
  field("duration_s", run.duration_s);
  field("warm_up_s", run.warm_up_s);
  field("replications", run.replications);
  field("seed", run.seed);
  field("confidence", run.confidence);
}

template <class F, Like<SimulatedPercentile> T>
void fields(F& field, T& percentile) {
  field("quantile", percentile.quantile);
  field("response_ns", percentile.response_ns);
}

template <class F, Like<SimulatedFigures> T>
void fields(F& field, T& figures) {
  field("requests", figures.requests);
  field("unserved", figures.unserved);
  field("waited", figures.waited);
  field("exposure", figures.exposure);
  field("mean_response_ns", figures.mean_response_ns);
  field("response", figures.response);
  field("mean_batch", figures.mean_batch);
  field("utilisation", figures.utilisation);
  field("ready", figures.ready);
  field("loading", figures.loading);
  field("pooled", figures.pooled);
  field("filling", figures.filling);
  field("stopping", figures.stopping);
  field("most_instances", figures.most_instances);
  field("cold_starts", figures.cold_starts);
  field("draws", figures.draws);
  field("misses", figures.misses);
  field("stops", figures.stops);
  field("failures", figures.failures);
  field("interruptions", figures.interruptions);
}

template <class F, Like<ObjectiveVerdict> T>
void fields(F& field, T& verdict) {
  field("objective", verdict.objective);
  field("allowed", verdict.allowed);
  field("missed", verdict.missed);
  field("verdict", verdict.verdict);
  field("why", verdict.why);
}

template <class F, Like<SimulatedStretch> T>
void fields(F& field, T& stretch) {
  field("start_s", stretch.start_s);
  field("arrivals_per_s", stretch.arrivals_per_s);
  field("queued", stretch.queued);
  field("in_service", stretch.in_service);
  field("ready", stretch.ready);
  field("loading", stretch.loading);
  field("pooled", stretch.pooled);
  field("completed", stretch.completed);
  field("late", stretch.late);
  field("exposed", stretch.exposed);
  field("mean_response_ns", stretch.mean_response_ns);
  field("max_response_ns", stretch.max_response_ns);
}

template <class F, Like<Simulation> T>
void fields(F& field, T& simulation) {
  field("version", simulation.version);
  field("argv", simulation.argv);
  field("traffic", simulation.traffic);
  field("fleet", simulation.fleet);
  field("policy", simulation.policy);
  field("policy_settings", simulation.policy_settings);
  field("run", simulation.run);
  field("verdict", simulation.verdict);
  field("objectives", simulation.objectives);
  field("figures", simulation.figures);
  field("stretch_s", simulation.stretch_s);
  field("timeline", simulation.timeline);
  field("assumptions", simulation.assumptions);
}

}  // namespace mlplan
