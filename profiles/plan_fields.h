// The field lists of a plan: the key of each member, in the order in which they are written. Only for plan.cpp.
#pragma once

#include "profiles/plan.h"
#include "profiles/slo_fields.h"
#include "profiles/support/json_fields.h"
#include "profiles/warning_fields.h"

namespace mlplan {

template <class F, Like<Estimate> T>
void fields(F& field, T& estimate) {
  field("value", estimate.value);
  field("low", estimate.low);
  field("high", estimate.high);
}

template <class F, Like<PlannedReport> T>
void fields(F& field, T& report) {
  field("path", report.path);
  field("model", report.model);
  field("sha256", report.sha256);
  field("fingerprint", report.fingerprint);
  field("grade", report.grade);
  field("measured_on", report.measured_on);
}

template <class F, Like<LeftOut> T>
void fields(F& field, T& left_out) {
  field("why", left_out.why);
  field("types", left_out.types);
}

template <class F, Like<PlannedCatalog> T>
void fields(F& field, T& catalog) {
  field("source", catalog.source);
  field("types", catalog.types);
  field("considered", catalog.considered);
  field("left_out", catalog.left_out);
}

template <class F, Like<PlannedBursts> T>
void fields(F& field, T& bursts) {
  field("variance", bursts.variance);
  field("interval_s", bursts.interval_s);
}

template <class F, Like<PlannedTraffic> T>
void fields(F& field, T& traffic) {
  field("source", traffic.source);
  field("kind", traffic.kind);
  field("mean_per_s", traffic.mean_per_s);
  field("peak_per_s", traffic.peak_per_s);
  field("span_s", traffic.span_s);
  field("bursts", traffic.bursts);
  field("notes", traffic.notes);
}

template <class F, Like<PlanLimits> T>
void fields(F& field, T& limits) {
  field("min_instances", limits.min_instances);
  field("max_instances", limits.max_instances);
  field("budget_usd_per_hour", limits.budget_usd_per_hour);
  field("objective", limits.objective);
  field("option", limits.option);
}

template <class F, Like<SimulatedWindow> T>
void fields(F& field, T& window) {
  field("start_s", window.start_s);
  field("duration_s", window.duration_s);
  field("why", window.why);
}

template <class F, Like<Simulated> T>
void fields(F& field, T& simulated) {
  field("windows", simulated.windows);
  field("why_enough", simulated.why_enough);
  field("requests", simulated.requests);
  field("replications", simulated.replications);
  field("deployments", simulated.deployments);
  field("screened", simulated.screened);
}

template <class F, Like<PlannedInstance> T>
void fields(F& field, T& instance) {
  field("cloud", instance.cloud);
  field("name", instance.name);
  field("region", instance.region);
  field("option", instance.option);
  field("usd_per_hour", instance.usd_per_hour);
  field("price_date", instance.price_date);
  field("vcpus", instance.vcpus);
  field("memory_bytes", instance.memory_bytes);
  field("gpu", instance.gpu);
}

template <class F, Like<Extrapolation> T>
void fields(F& field, T& extrapolation) {
  field("kind", extrapolation.kind);
  field("time_factor", extrapolation.time_factor);
  field("error", extrapolation.error);
  field("sentence", extrapolation.sentence);
}

template <class F, Like<PlannedTimes> T>
void fields(F& field, T& times) {
  field("service_factor", times.service_factor);
  field("start_up_factor", times.start_up_factor);
  field("start_up_more_s", times.start_up_more_s);
  field("start_up_state", times.start_up_state);
  field("dims", times.dims);
  field("node_start_s", times.node_start_s);
  field("image_start_s", times.image_start_s);
}

template <class F, Like<GpuMemoryFit> T>
void fields(F& field, T& gpu) {
  field("workers", gpu.workers);
  field("needed_bytes", gpu.needed_bytes);
  field("reserved_bytes", gpu.reserved_bytes);
  field("available_bytes", gpu.available_bytes);
  field("most_workers", gpu.most_workers);
}

template <class F, Like<MemoryFit> T>
void fields(F& field, T& memory) {
  field("needed_bytes", memory.needed_bytes);
  field("reserved_bytes", memory.reserved_bytes);
  field("available_bytes", memory.available_bytes);
  field("most_workers", memory.most_workers);
  field("state_bytes", memory.state_bytes);
  field("gpu", memory.gpu);
}

template <class F, Like<ScalingPlan> T>
void fields(F& field, T& scaling) {
  field("kind", scaling.kind);
  field("lowest", scaling.lowest);
  field("highest", scaling.highest);
  field("mean_instances", scaling.mean_instances);
  field("by_hour", scaling.by_hour);
  field("ordered_ahead_s", scaling.ordered_ahead_s);
  field("policy", scaling.policy);
  field("rates_per_s", scaling.rates_per_s);
  field("settings", scaling.settings);
}

template <class F, Like<PoolTier> T>
void fields(F& field, T& tier) {
  field("name", tier.name);
  field("ready_in_s", tier.ready_in_s);
  field("usd_per_hour", tier.usd_per_hour);
  field("count", tier.count);
  field("note", tier.note);
}

template <class F, Like<WarmPool> T>
void fields(F& field, T& pool) {
  field("count", pool.count);
  field("stopped", pool.stopped);
  field("decided_by", pool.decided_by);
  field("start_up_s", pool.start_up_s);
  field("detection_lag_s", pool.detection_lag_s);
  field("windows", pool.windows);
  field("windows_needed", pool.windows_needed);
  field("by_growth", pool.by_growth);
  field("by_refill", pool.by_refill);
  field("by_failures", pool.by_failures);
  field("by_money", pool.by_money);
  field("exposure_by_formula", pool.exposure_by_formula);
  field("exposure_simulated", pool.exposure_simulated);
  field("supported", pool.supported);
  field("refusal", pool.refusal);
  field("by_hour", pool.by_hour);
  field("tiers", pool.tiers);
}

template <class F, Like<LatencyPrediction> T>
void fields(F& field, T& latency) {
  field("quantile", latency.quantile);
  field("response_ns", latency.response_ns);
  field("at_most_ns", latency.at_most_ns);
}

template <class F, Like<Prediction> T>
void fields(F& field, T& predicted) {
  field("latency", predicted.latency);
  field("attainment", predicted.attainment);
  field("exposure", predicted.exposure);
  field("utilisation", predicted.utilisation);
  field("usd_per_hour", predicted.usd_per_hour);
  field("usd_per_1000_inferences", predicted.usd_per_1000_inferences);
  field("instances", predicted.instances);
}

template <class F, Like<HeadroomPart> T>
void fields(F& field, T& part) {
  field("name", part.name);
  field("instances", part.instances);
  field("sentence", part.sentence);
}

template <class F, Like<Binding> T>
void fields(F& field, T& binding) {
  field("constraint", binding.constraint);
  field("sentence", binding.sentence);
}

template <class F, Like<Deployment> T>
void fields(F& field, T& deployment) {
  field("instance", deployment.instance);
  field("report", deployment.report);
  field("workers", deployment.workers);
  field("threads", deployment.threads);
  field("max_batch", deployment.max_batch);
  field("batch_timeout_ns", deployment.batch_timeout_ns);
  field("capacity_per_s", deployment.capacity_per_s);
  field("extrapolation", deployment.extrapolation);
  field("times", deployment.times);
  field("memory", deployment.memory);
  field("scaling", deployment.scaling);
  field("pool", deployment.pool);
  field("instances", deployment.instances);
  field("predicted", deployment.predicted);
  field("headroom", deployment.headroom);
  field("binding", deployment.binding);
}

template <class F, Like<ParetoPoint> T>
void fields(F& field, T& point) {
  field("name", point.name);
  field("usd_per_hour", point.usd_per_hour);
  field("value", point.value);
  field("recommended", point.recommended);
}

template <class F, Like<WhatIf> T>
void fields(F& field, T& what_if) {
  field("name", what_if.name);
  field("sentence", what_if.sentence);
  field("holds", what_if.holds);
  field("attainment", what_if.attainment);
  field("exposure", what_if.exposure);
  field("response_ns", what_if.response_ns);
  field("instances", what_if.instances);
  field("usd_per_hour", what_if.usd_per_hour);
  field("at_s", what_if.at);
}

template <class F, Like<Infeasible> T>
void fields(F& field, T& infeasible) {
  field("constraint", infeasible.constraint);
  field("because", infeasible.because);
  field("nearest", infeasible.nearest);
  field("nearest_misses", infeasible.nearest_misses);
}

// What made the plan, where every document has it.
struct PlanTool {
  std::string version;
  std::vector<std::string> argv;
  std::uint64_t seed = 0;
};

template <class F, Like<PlanTool> T>
void fields(F& field, T& tool) {
  field("version", tool.version);
  field("argv", tool.argv);
  field("seed", tool.seed);
}

// The plan as JSON has it: the verdict, and the tool in an object of its own.
struct PlanDocument {
  std::string verdict;  // "feasible", "infeasible"
  PlanTool mlplan;
  Plan plan;
};

template <class F, Like<PlanDocument> T>
void fields(F& field, T& document) {
  field("verdict", document.verdict);
  field("mlplan", document.mlplan);
  auto& plan = document.plan;
  field("reports", plan.reports);
  field("catalog", plan.catalog);
  field("traffic", plan.traffic);
  field("slo", plan.slo);
  field("limits", plan.limits);
  field("confidence", plan.confidence);
  field("summary", plan.summary);
  field("recommendation", plan.recommendation);
  field("infeasible", plan.infeasible);
  field("runners_up", plan.runners_up);
  field("cost_and_latency", plan.cost_and_latency);
  field("cost_and_exposure", plan.cost_and_exposure);
  field("what_if", plan.what_if);
  field("simulated", plan.simulated);
  field("confidence_notes", plan.confidence_notes);
  field("assumptions", plan.assumptions);
  field("warnings", plan.warnings);
}

}  // namespace mlplan
