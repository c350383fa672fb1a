// What a run of mlplan verify came to, side by side with what was predicted for it, as the document has it.
#pragma once

#include <optional>
#include <vector>

#include "cli/commands/verify_run.h"
#include "profiles/verification.h"

namespace mlplan::cli {

struct VerifyOutcome {
  const PoolCalibration& calibration;
  const VerifyPrediction& prediction;
  const bench::PoolRecord& record;
  const MachineInfo& machine;
  std::vector<std::optional<double>> in_hindsight = {};  // by figure of the prediction
};
Verification verification_of(const VerifySetup& setup, const VerifyOutcome& outcome);

}  // namespace mlplan::cli
