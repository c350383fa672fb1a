// The steps of mlplan verify between its documents and its answer: what is predicted for a run, the run, and both side
// by side.
#pragma once

#include <string>
#include <vector>

#include "bench/pool/pool_figures.h"
#include "bench/pool/pool_model.h"
#include "bench/pool/supervisor.h"
#include "cli/commands/simulate_documents.h"
#include "cli/commands/verify_schedule.h"
#include "planner/sizing/scaled_plan.h"
#include "profiles/verification.h"

namespace mlplan::cli {

struct VerifySetup {
  const VerifyRequest& request;
  const SimulateDocuments& documents;
  const bench::PoolModel& model;
  planner::ScaledPlan scaled;
  VerifySchedule schedule;
  std::vector<double> kills_s;
};

// The pool's own part of a response, measured before the run by a few requests that do not queue. It belongs to the
// pool, not to the model, so no report has it.
struct PoolCalibration {
  bench::HandOver hand_over = {};
  std::int64_t requests = 0;
};
Result<PoolCalibration> calibrate(const VerifySetup& setup);

// What the simulator says of the very schedule that will be sent.
struct VerifyPrediction {
  std::vector<planner::FigureOfRun> figures = {};
  planner::RunPrediction run = {};
  double mean_inference_s = 0;  // without the hand-over
  double median_start_s = 0;
};
Result<VerifyPrediction> predict(const VerifySetup& setup, const PoolCalibration& calibration);

Result<bench::PoolRecord> play(const VerifySetup& setup,
                               const std::function<void(const bench::PoolProgress&)>& progress);

Verification verification_of(const VerifySetup& setup, const PoolCalibration& calibration,
                             const VerifyPrediction& prediction, const bench::PoolRecord& record,
                             const MachineInfo& machine);

}  // namespace mlplan::cli
