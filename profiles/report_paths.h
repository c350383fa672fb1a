// The path of a field, as budgets and `compare` use it: its keys in the report without their units.
//
//   cold_start.warm.time_to_first_result      memory.ledger.after_load.rss      quality.nan_values
//   cold_start.time_to_first_result           without a state it is model_cold, measured or not
//   cold_start.warm.phases.file_read          a phase's wall time
//   steady[batch=8,threads=2].latency.p99     a row, selected by its keys; without p99 the median. Keys that have a
//   usual
//                                             value (one worker, one request at a time, closed loop) mean it unless
//                                             named
//   load[slo=p99=50ms].holds                  the highest rate that keeps the objective
//   throughput                                the highest median of the closed-loop rows
//
// A path names one measure or is an error (bad_input, `where` as given): an unknown one suggests the nearest, a
// selector that fits no row, or more than one, lists the rows. What the report knows of but could not measure is no
// error: the measure says why it was not made.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "profiles/measure.h"
#include "profiles/support/result.h"

namespace mlplan {

// What a path selects rows by: "8" of key batch in steady[batch=8].latency; nullopt where it does not, or is no path.
std::optional<std::string> selected_by(std::string_view path, std::string_view key);

Result<Measure> find_measure(const Report& report, std::string_view path, const std::string& where);

}  // namespace mlplan
