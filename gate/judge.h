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
  int looks = 1;  // how often this is asked while the samples grow: the chances of being wrong are shared among them
};

// A clause for each limit and each regression. bad_input for a path or a unit that no report could satisfy, for another
// model, for a confirmation that is none; usage where there is nothing to judge.
Result<Verdict> judge(const GateQuestion& question);

JudgedReport described(const NamedReport& named);

// Of the report, what more samples may decide. Points into it.
std::vector<Measure> undecided(const GateQuestion& question, const Verdict& verdict);
// Whether a clause has failed but for the second run that a stored baseline asks for.
bool needs_confirmation(const Verdict& verdict);

}  // namespace mlplan::gate
