// Golden outputs between the file (bench/golden.h) and a model.
#pragma once

#include "bench/worker/model.h"
#include "profiles/support/worker_messages.h"

namespace mlplan::worker {

// Runs the inputs that are stored in the golden request.check.path. Throws Failure "golden" where they, or the outputs'
// names, dtypes and shapes, are not of this model.
Agreement compare_with_golden(Model& model, const Request& request, Blackbox& blackbox);

// Runs request.input and writes it with the outputs to request.check.path.
void save_golden(Model& model, const Request& request, Blackbox& blackbox);

}  // namespace mlplan::worker
