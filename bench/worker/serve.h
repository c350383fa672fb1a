// A server as users run one in a process: requests wait first in, first out, for one of `concurrency` threads, each of
// which runs the model by itself. A generator thread releases them at their scheduled times, whatever became of those
// before (open loop), or every thread calls back to back (closed loop). Only the clock is read while time is taken.
#pragma once

#include "bench/worker/model.h"
#include "profiles/support/worker_messages.h"

namespace mlplan::worker {

// The model's inputs are set. Throws what the model throws, when all threads have ended.
Served serve(Model& model, const ServeRequest& request, Blackbox& blackbox);

}  // namespace mlplan::worker
