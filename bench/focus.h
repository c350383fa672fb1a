// Which tasks give more samples of a measure, for a run that ends as soon as enough is known. Pure.
#pragma once

#include <vector>

#include "bench/cells.h"
#include "bench/schedule.h"
#include "profiles/measure.h"

namespace mlplan::bench {

struct Feeding {
  const std::vector<VisitGroup>& visits;  // what tasks of kind steady_visit name by their parameter
  bool starts = true;                     // the run times cold starts, which then tell the peak as well
};

// A measure of rows that are not there yet is fed by whatever makes any.
bool feeds(const TaskGroup& group, const Measure& measure, const Feeding& feeding);

// Whether a start has to be warmed up to tell it: its way to steady state, and memory.
bool takes_warm_up(const Measure& measure);

}  // namespace mlplan::bench
