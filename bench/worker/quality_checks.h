// Outputs against others that should equal them: a batch against its rows, all threads against one, the model's dtype
// against a wider one, and golden outputs. No torch headers.
#pragma once

#include "bench/worker/model.h"
#include "profiles/support/worker_messages.h"

namespace mlplan::worker {

// Does what request.check.what names. Throws Failure "not_possible" where this model has no such check, "golden" where
// the golden is not of this model. After "dtype" the model stays in the wider type.
Agreement run_check(Model& model, const Request& request, Blackbox& blackbox);

}  // namespace mlplan::worker
