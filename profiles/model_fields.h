// Field lists of the facts about a model that the worker's messages and the report share. Only for .cpp files.
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

}  // namespace mlplan
