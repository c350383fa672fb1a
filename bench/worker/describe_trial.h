// Trial runs: which of several candidates the model accepts, and which of their symbols may really change.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "bench/worker/infer_inputs.h"
#include "profiles/support/worker_messages.h"

namespace mlplan::worker {

struct TrialResult {
  bool ran = false;
  bool about_input = false;                            // refused for its inputs; false: the model itself failed
  std::string cause = {};                              // one line
  std::vector<std::vector<std::int64_t>> shapes = {};  // of all tensors in the output, depth first
  std::chrono::nanoseconds took{0};
};

using TrialRun = std::function<TrialResult(const std::vector<InputSpec>&, const std::map<std::string, std::int64_t>&)>;

// Sets inputs, dim_defaults, notes, and, when no candidate that was guessed is accepted, not_inferred of `description`.
// A symbol that cannot change becomes the number it has in the trace. No trial is begun after the first slow one.
// `signatures` are the texts for not_inferred, by argument name.
void confirm_by_trials(const Inference& inference, const TrialRun& run,
                       const std::map<std::string, std::string>& signatures, Description& description);

}  // namespace mlplan::worker
