// The field lists of traffic: the key of each member, with its unit. Only for traffic.cpp.
#pragma once

#include "profiles/support/json_fields.h"
#include "profiles/traffic.h"

namespace mlplan {

template <class F, Like<ConstantRate> T>
void fields(F& field, T& rate) {
  field("per_s", rate.per_s);
}

template <class F, Like<DiurnalRate> T>
void fields(F& field, T& rate) {
  field("mean_per_s", rate.mean_per_s);
  field("hourly", rate.hourly);
}

template <class F, Like<RateSeries> T>
void fields(F& field, T& series) {
  field("starts_at_unix_s", series.starts_at_unix_s);
  field("step_s", series.step_s);
  field("per_s", series.per_s);
}

template <class F, Like<TrafficColumns> T>
void fields(F& field, T& columns) {
  field("time", columns.time);
  field("end", columns.end);
  field("duration", columns.duration);
  field("rate", columns.rate);
  field("count", columns.count);
  field("sizes", columns.sizes);
  field("model", columns.model);
  field("select", columns.select);
  field("selected", columns.selected);
  field("step_s", columns.step_s);
}

template <class F, Like<RequestSize> T>
void fields(F& field, T& size) {
  field("name", size.name);
  field("n", size.n);
  field("mean", size.mean);
  field("min", size.min);
  field("max", size.max);
  field("p50", size.p50);
  field("p90", size.p90);
  field("p99", size.p99);
}

template <class F, Like<RequestTrace> T>
void fields(F& field, T& trace) {
  field("path", trace.path);
  field("columns", trace.columns);
  field("requests", trace.requests);
  field("span_s", trace.span_s);
  field("rates", trace.rates);
  field("sizes", trace.sizes);
}

template <class F, Like<Dispersion> T>
void fields(F& field, T& dispersion) {
  field("window_s", dispersion.window_s);
  field("index", dispersion.index);
  field("windows", dispersion.windows);
}

template <class F, Like<Burstiness> T>
void fields(F& field, T& burstiness) {
  field("interarrival_scv", burstiness.interarrival_scv);
  field("dispersion", burstiness.dispersion);
}

// A variant as JSON has it: the part that `kind` names is there, the others are null.
struct TrafficDocument {
  std::string kind;
  std::string source;
  std::optional<ConstantRate> constant;
  std::optional<DiurnalRate> diurnal;
  std::optional<RateSeries> series;
  std::optional<RequestTrace> trace;
  Burstiness burstiness;
  std::vector<std::string> notes;
};

template <class F, Like<TrafficDocument> T>
void fields(F& field, T& traffic) {
  field("kind", traffic.kind);
  field("source", traffic.source);
  field("constant", traffic.constant);
  field("diurnal", traffic.diurnal);
  field("series", traffic.series);
  field("trace", traffic.trace);
  field("burstiness", traffic.burstiness);
  field("notes", traffic.notes);
}

}  // namespace mlplan
