// What the outputs can be relied on for, beyond two runs on the same input: held against golden outputs, and against
// themselves with the batch split into rows, with other threads and in a wider dtype. Done in the pilot's process,
// which has the model loaded already, so that it costs a few inferences and no start.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/options.h"
#include "bench/world.h"
#include "profiles/report.h"

namespace mlplan::bench {

struct Pilot;  // resolve_inputs.h

struct OutputQuality {
  std::optional<Agreement> golden = {};
  std::optional<Agreement> batch_split = {};
  std::optional<Agreement> threads = {};
  std::optional<Agreement> dtype = {};
  std::vector<std::string> not_checked = {};  // "dtype: a compiled package is for one dtype"
};

// Before anything is started: --golden can be read, and is of this method (bad_input).
Status look_at_golden(const Options& options);

// The batches that are taken apart, ascending, for this much time; empty: none. `bounds` as in Description::dim_bounds.
std::vector<std::int64_t> batches_to_split(const Options& options, const std::vector<std::int64_t>& bounds,
                                           double row_ns, double row_output_bytes, double budget_ns);

// Golden checks whatever they take; the others as far as a twentieth of the time box goes (half of it, when nothing
// else is measured). Ends the worker's model for other uses. A check that fails is told in not_checked. Errors:
// bad_input (a golden of another model), io (--save-golden), not_measured (a golden's run died or hung), interrupted.
Result<OutputQuality> check_outputs(const World& world, const Options& options, const Pilot& pilot, Worker& worker);

}  // namespace mlplan::bench
