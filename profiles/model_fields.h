// Field lists of the facts about a model and its outputs that the worker's messages and the report share. Only for .cpp
// files.
#pragma once

#include "profiles/report.h"
#include "profiles/support/json_fields.h"

namespace mlplan {

template <class F, Like<MethodInfo> T>
void fields(F& field, T& method) {
  field("name", method.name);
  field("signature", method.signature);
}

template <class F, Like<DTypeBytes> T>
void fields(F& field, T& weights) {
  field("dtype", weights.dtype);
  field("parameters", weights.parameters);
  field("bytes", weights.bytes);
}

template <class F, Like<FileRecord> T>
void fields(F& field, T& record) {
  field("name", record.name);
  field("bytes", record.bytes);
}

template <class F, Like<OutputDistance> T>
void fields(F& field, T& distance) {
  field("output", distance.output);
  field("dtype", distance.dtype);
  field("verdict", distance.verdict);
  field("values", distance.values);
  field("max_abs_error", distance.max_abs_error);
  field("scale", distance.scale);
  field("relative_l2", distance.relative_l2);
  field("cosine", distance.cosine);
  field("top1_agreement", distance.top1_agreement);
  field("top1_rows", distance.top1_rows);
  field("equal_share", distance.equal_share);
  field("mismatched_nan", distance.mismatched_nan);
}

template <class F, Like<Agreement> T>
void fields(F& field, T& agreement) {
  field("against", agreement.against);
  field("detail", agreement.detail);
  std::conditional_t<std::is_const_v<T>, const OutputDistance, OutputDistance>& overall = agreement;
  fields(field, overall);
  field("outputs", agreement.outputs);
}

}  // namespace mlplan
