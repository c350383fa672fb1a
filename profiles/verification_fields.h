// The field lists of a verification: the key of each member, with its unit. Only for verification.cpp.
#pragma once

#include "profiles/simulation_fields.h"
#include "profiles/support/json_fields.h"
#include "profiles/verification.h"

namespace mlplan {

template <class F, Like<VerifiedModel> T>
void fields(F& field, T& model) {
  field("path", model.path);
  field("sha256", model.sha256);
}

template <class F, Like<VerifiedMachine> T>
void fields(F& field, T& machine) {
  field("fingerprint", machine.fingerprint);
  field("grade", machine.grade);
}

template <class F, Like<VerifiedScale> T>
void fields(F& field, T& scaling) {
  field("planned_type", scaling.planned_type);
  field("planned_instances", scaling.planned_instances);
  field("instances", scaling.instances);
  field("rate_factor", scaling.rate_factor);
  field("time_scale", scaling.time_scale);
  field("why", scaling.why);
  field("not_verified", scaling.not_verified);
}

template <class F, Like<VerifiedWindow> T>
void fields(F& field, T& window) {
  field("from_s", window.from_s);
  field("duration_s", window.duration_s);
  field("warm_up_s", window.warm_up_s);
  field("ran_s", window.ran_s);
  field("requests", window.requests);
}

template <class F, Like<VerifiedPool> T>
void fields(F& field, T& pool) {
  field("workers", pool.workers);
  field("threads", pool.threads);
  field("max_batch", pool.max_batch);
  field("batch_timeout_ns", pool.batch_timeout_ns);
  field("routing", pool.routing);
  field("policy", pool.policy);
  field("policy_settings", pool.policy_settings);
  field("initial_instances", pool.initial_instances);
  field("initial_pool", pool.initial_pool);
}

template <class F, Like<ReasonCount> T>
void fields(F& field, T& reason) {
  field("reason", reason.reason);
  field("count", reason.count);
}

template <class F, Like<VerifiedRequests> T>
void fields(F& field, T& requests) {
  field("scheduled", requests.scheduled);
  field("completed", requests.completed);
  field("failed", requests.failed);
  field("lost", requests.lost);
  field("rejected", requests.rejected);
  field("unfinished", requests.unfinished);
  field("reasons", requests.reasons);
}

template <class F, Like<VerifiedWorkers> T>
void fields(F& field, T& workers) {
  field("started", workers.started);
  field("ready", workers.ready);
  field("killed", workers.killed);
  field("died", workers.died);
  field("hung", workers.hung);
  field("replaced", workers.replaced);
  field("mean_replacement_s", workers.mean_replacement_s);
  field("most_at_once", workers.most_at_once);
}

template <class F, Like<VerifiedGenerator> T>
void fields(F& field, T& generator) {
  field("is_late", generator.is_late);
  field("late_fraction", generator.late_fraction);
  field("lateness_p99_ns", generator.lateness_p99_ns);
}

template <class F, Like<VerifiedNoise> T>
void fields(F& field, T& noise) {
  field("stolen_share", noise.stolen_share);
  field("cpu_pressure", noise.cpu_pressure);
  field("reasons", noise.reasons);
}

template <class F, Like<AssumedParameter> T>
void fields(F& field, T& parameter) {
  field("name", parameter.name);
  field("value", parameter.value);
  field("unit", parameter.unit);
  field("source", parameter.source);
}

template <class F, Like<ComparedQuantity> T>
void fields(F& field, T& row) {
  field("quantity", row.quantity);
  field("unit", row.unit);
  field("predicted", row.predicted);
  field("measured", row.measured);
  field("error", row.error);
  field("inside", row.inside);
  field("outcome", row.outcome);
  field("blame", row.blame);
  field("in_hindsight", row.in_hindsight);
}

template <class F, Like<Explanation> T>
void fields(F& field, T& explanation) {
  field("cause", explanation.cause);
  field("value", explanation.value);
  field("unit", explanation.unit);
  field("sentence", explanation.sentence);
}

template <class F, Like<StretchFigures> T>
void fields(F& field, T& figures) {
  field("p50_ns", figures.p50_ns);
  field("p99_ns", figures.p99_ns);
  field("ready", figures.ready);
  field("loading", figures.loading);
  field("pooled", figures.pooled);
}

template <class F, Like<VerifiedStretch> T>
void fields(F& field, T& stretch) {
  field("start_s", stretch.start_s);
  field("arrivals", stretch.arrivals);
  field("completed", stretch.completed);
  field("failed", stretch.failed);
  field("kills", stretch.kills);
  field("measured", stretch.measured);
  field("predicted", stretch.predicted);
}

template <class F, Like<Verification> T>
void fields(F& field, T& verification) {
  field("version", verification.version);
  field("argv", verification.argv);
  field("started_at", verification.started_at);
  field("seed", verification.seed);
  field("confidence", verification.confidence);
  field("plan", verification.plan);
  field("report", verification.report);
  field("model", verification.model);
  field("machine", verification.machine);
  field("scaling", verification.scaling);
  field("traffic", verification.traffic);
  field("window", verification.window);
  field("pool", verification.pool);
  field("interrupted", verification.interrupted);
  field("verdict", verification.verdict);
  field("why", verification.why);
  field("next", verification.next);
  field("comparisons", verification.comparisons);
  field("objectives", verification.objectives);
  field("explanations", verification.explanations);
  field("requests", verification.requests);
  field("workers", verification.workers);
  field("generator", verification.generator);
  field("noise", verification.noise);
  field("assumed", verification.assumed);
  field("stretch_s", verification.stretch_s);
  field("timeline", verification.timeline);
}

}  // namespace mlplan
