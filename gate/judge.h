// A report and a budget to a verdict: every clause by itself, then what the circumstances allow to be said.
//
// The circumstances only ever take a claim back: a limit of time that failed on a machine under pressure, and a
// regression between machines that differ, or against a stored baseline without a second run that agrees, is
// inconclusive. Two reports of one session were measured in turn: they share every disturbance and need no second run.
#pragma once

#include <string>
#include <vector>

#include "profiles/budget.h"
#include "profiles/report.h"
#include "profiles/verdict.h"

namespace mlplan::gate {

struct NamedReport {
  const Report* report = nullptr;  // null: none was given
  std::string path;
};

struct GateQuestion {
  NamedReport report = {};
  NamedReport baseline = {};
  NamedReport confirmation = {};
  Budget budget = {};
};

// A clause for each limit and each regression. bad_input for a path or a unit that no report could satisfy, for another
// model, for a confirmation that is none; usage where there is nothing to judge.
Result<Verdict> judge(const GateQuestion& question);

}  // namespace mlplan::gate
