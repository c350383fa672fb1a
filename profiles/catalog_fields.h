// The field lists of the catalog: the key of each member, with its unit, in the order in which they are written. What
// is not known is null. Only for catalog.cpp.
#pragma once

#include "profiles/catalog.h"
#include "profiles/support/json_fields.h"

namespace mlplan {

template <class F, Like<Price> T>
void fields(F& field, T& price) {
  field("option", price.option);
  field("usd_per_hour", price.usd_per_hour);
  field("date", price.date);
  field("source", price.source);
}

template <class F, Like<Gpu> T>
void fields(F& field, T& gpu) {
  field("name", gpu.name);
  field("count", gpu.count);
  field("memory_bytes", gpu.memory_bytes);
  field("source", gpu.source);
}

template <class F, Like<CoreSpeed> T>
void fields(F& field, T& speed) {
  field("per_vcpu", speed.per_vcpu);
  field("metric", speed.metric);
  field("source", speed.source);
}

template <class F, Like<NodeStart> T>
void fields(F& field, T& start) {
  field("seconds", start.seconds);
  field("source", start.source);
}

template <class F, Like<InstanceType> T>
void fields(F& field, T& type) {
  field("cloud", type.cloud);
  field("name", type.name);
  field("region", type.region);
  field("vcpus", type.vcpus);
  field("memory_bytes", type.memory_bytes);
  field("architecture", type.architecture);
  field("gpu", type.gpu);
  field("local_disk_bytes", type.local_disk_bytes);
  field("disk_bytes_per_s", type.disk_bytes_per_s);
  field("network_bytes_per_s", type.network_bytes_per_s);
  field("core_speed", type.core_speed);
  field("node_start", type.node_start);
  field("prices", type.prices);
}

template <class F, Like<Catalog> T>
void fields(F& field, T& catalog) {
  field("currency", catalog.currency);
  field("instances", catalog.instances);
}

}  // namespace mlplan
