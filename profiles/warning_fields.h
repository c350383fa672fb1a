// The field list of a warning, for the documents that hold some. Only for .cpp files.
#pragma once

#include "profiles/report.h"
#include "profiles/support/json_fields.h"

namespace mlplan {

template <class F, Like<Warning> T>
void fields(F& field, T& warning) {
  field("code", warning.code);
  field("message", warning.message);
  field("hint", warning.hint);
}

}  // namespace mlplan
