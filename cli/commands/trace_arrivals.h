// The arrivals of any traffic for the simulator, the requests of a trace among them: from memory where they are few,
// else from the file as they are needed. For one thread.
#pragma once

#include <memory>
#include <optional>

#include "planner/simulation/traffic_arrivals.h"

namespace mlplan::cli {

// Requests that are held in memory, at 8 bytes each; more are streamed anew in every replication.
inline constexpr std::int64_t kMostListed = 4'000'000;

struct OpenedArrivals {
  planner::Arrivals arrivals;
  // What went wrong while a trace was streamed: the simulator can only see that no more came. To be looked at after
  // each run. Never null.
  std::shared_ptr<const Status> reading;
};

// ErrorKind::bad_input: a trace that cannot be read again (a pipe, a file that is gone), or has no request in the
// window.
Result<OpenedArrivals> open_arrivals(const Traffic& traffic, const planner::TrafficWindow& window = {},
                                     const std::optional<planner::Bursts>& bursts = {},
                                     std::int64_t most_listed = kMostListed);

}  // namespace mlplan::cli
