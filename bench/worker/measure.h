// The loops that time inferences: one clock reading at each boundary between two, nothing else in between.
#pragma once

#include "bench/worker/model.h"
#include "profiles/support/worker_messages.h"

namespace mlplan::worker {

// The model's inputs are set. Both leave the model's last output in place and throw what the model throws.
Measured measure(Model& model, const MeasureRequest& request, Blackbox& blackbox);
WarmedUp warm_up(Model& model, const WarmUpRequest& request, Blackbox& blackbox);

}  // namespace mlplan::worker
