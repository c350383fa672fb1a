// What a report says about serving and starting, as the simulator takes it: steady rows become the law of each batch
// size, a cold start's time to first result becomes the start-up. Samples are drawn as they were measured.
//
// Nothing is put in place of what was not measured: that is ErrorKind::usage, and lists what there is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "planner/simulation/scenario.h"
#include "profiles/report.h"

namespace mlplan::planner {

struct MeasuredChoice {
  std::int64_t max_batch = 1;                // all measured sizes up to it; it must be one of them
  std::optional<std::int64_t> threads = {};  // absent: those with the highest throughput
  std::int64_t workers = 1;
  std::int64_t concurrency = 1;
};

struct MeasuredInstance {
  InstanceSettings settings = {};
  std::int64_t threads = 1;
  std::string dims;  // "seq=128": values of the other dimensions in those rows; empty: none
};

// Of the rows that did not fail, at the values of the other dimensions that the first of them has.
Result<MeasuredInstance> instance_of_report(const Report& report, const MeasuredChoice& choice);

// From the process's start to its first result, in that state; `shared_host`: with the slowdown of simultaneous starts
// that was measured.
Result<StartUpSettings> start_up_of_report(const Report& report, const std::string& state, bool shared_host);

}  // namespace mlplan::planner
