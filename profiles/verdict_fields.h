// The field lists of what verdicts and comparisons share. Only for their sources.
#pragma once

#include "profiles/support/json_fields.h"
#include "profiles/verdict.h"

namespace mlplan {

template <class F, Like<JudgedReport> T>
void fields(F& field, T& report) {
  field("path", report.path);
  field("model", report.model);
  field("sha256", report.sha256);
  field("started_at", report.started_at);
  field("fingerprint", report.fingerprint);
  field("grade", report.grade);
}

template <class F, Like<Difference> T>
void fields(F& field, T& difference) {
  field("what", difference.what);
  field("report", difference.report);
  field("baseline", difference.baseline);
}

}  // namespace mlplan
