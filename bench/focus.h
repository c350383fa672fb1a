// Which tasks give more samples of a measure, for a run that ends as soon as enough is known. Pure.
#pragma once

#include <vector>

#include "bench/cells.h"
#include "bench/schedule.h"
#include "profiles/measure.h"

namespace mlplan::bench {

// `visits` are the groups that tasks of kind steady_visit name by their parameter. A measure of rows that are not there
// yet is fed by whatever makes any.
bool feeds(const TaskGroup& group, const std::vector<VisitGroup>& visits, const Measure& measure);

}  // namespace mlplan::bench
