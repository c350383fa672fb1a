// The field lists of a comparison of keep-alive rules: the key of each member, with its unit. Only for keep_alive.cpp.
#pragma once

#include "profiles/keep_alive.h"
#include "profiles/support/json_fields.h"

namespace mlplan {

template <class F, Like<KeepAliveTraffic> T>
void fields(F& field, T& traffic) {
  field("source", traffic.source);
  field("requests", traffic.requests);
  field("span_s", traffic.span_s);
  field("notes", traffic.notes);
}

template <class F, Like<KeepAliveModel> T>
void fields(F& field, T& model) {
  field("name", model.name);
  field("report", model.report);
  field("load_ns", model.load_ns);
  field("bytes", model.bytes);
  field("requests", model.requests);
}

template <class F, Like<KeepAliveFigures> T>
void fields(F& field, T& figures) {
  field("rule", figures.rule);
  field("cold", figures.cold);
  field("loads", figures.loads);
  field("ahead", figures.ahead);
  field("evicted", figures.evicted);
  field("cold_share", figures.cold_share);
  field("mean_cold_wait_ns", figures.mean_cold_wait_ns);
  field("mean_bytes", figures.mean_bytes);
  field("most_bytes", figures.most_bytes);
  field("fits", figures.fits);
}

template <class F, Like<KeepAliveComparison> T>
void fields(F& field, T& comparison) {
  field("version", comparison.version);
  field("argv", comparison.argv);
  field("traffic", comparison.traffic);
  field("start_state", comparison.start_state);
  field("host_bytes", comparison.host_bytes);
  field("models", comparison.models);
  field("rules", comparison.rules);
  field("best", comparison.best);
  field("conclusion", comparison.conclusion);
  field("assumptions", comparison.assumptions);
}

}  // namespace mlplan
