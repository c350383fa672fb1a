// The field lists of a service level objective, for the documents that hold one. Only for .cpp files.
#pragma once

#include "profiles/slo.h"
#include "profiles/support/json_fields.h"

namespace mlplan {

template <class F, Like<LatencyObjective> T>
void fields(F& field, T& objective) {
  field("quantile", objective.quantile);
  field("at_most_ns", objective.at_most_ns);
}

template <class F, Like<Survival> T>
void fields(F& field, T& survival) {
  field("instances", survival.instances);
  field("zones", survival.zones);
}

template <class F, Like<Slo> T>
void fields(F& field, T& slo) {
  field("latency", slo.latency);
  field("exposure", slo.exposure);
  field("availability", slo.availability);
  field("survive", slo.survive);
}

}  // namespace mlplan
