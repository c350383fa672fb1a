// The steps of mlplan verify between its documents and its answer: what is measured before a run, what is predicted for
// it, and the run.
#pragma once

#include <string>
#include <vector>

#include "bench/pool/crew.h"
#include "bench/pool/pool_figures.h"
#include "bench/pool/pool_model.h"
#include "bench/pool/supervisor.h"
#include "cli/commands/simulate_documents.h"
#include "cli/commands/verify_schedule.h"
#include "planner/sizing/scaled_plan.h"

namespace mlplan::cli {

inline constexpr double kVerifyConfidence = 0.95;

struct VerifySetup {
  const VerifyRequest& request;
  const SimulateDocuments& documents;
  const bench::PoolModel& model;
  planner::ScaledPlan scaled;
  VerifySchedule schedule;
  std::vector<double> kills_s;
};

// The workers that the run begins with: calibrated first, then played with.
bench::Crew make_crew(const VerifySetup& setup);

// What is measured before the run. By the workers without the pool: what an idle moment and busy neighbours cost. Then
// by requests at its rate but equally spaced, so that they hardly queue: the pool's own part of a response, which
// belongs to the pool and not to the model; and how fast the machine is now, since that drifts, beside what the report
// has. The prediction takes all of these, and the report's own times are judged apart from it.
struct PoolCalibration {
  std::optional<ServingRow> serving =
      {};  // as bench measures it; absent where that takes too long, or an inference failed
  bench::HandOver hand_over = {};
  double pace = 1;               // inference now over the report's, medians
  double cpu_per_request_s = 0;  // of the pool itself, which shares the workers' CPUs
  planner::Drift drift = {};     // of inference times
  std::int64_t requests = 0;
};
Result<PoolCalibration> calibrate(const VerifySetup& setup, bench::Crew& crew);

// What an idle moment and busy neighbours cost: as it was measured before the run, or else by the report.
struct ServingCosts {
  planner::AfterIdle after_idle = {};
  std::vector<double> service_factor = {};
  const char* idle_from = "from the report";
  const char* busy_from = "from the report";
};
ServingCosts serving_costs(const VerifySetup& setup, const PoolCalibration& calibration);

// Stretches of the timeline.
std::int64_t stretches_of(double duration_s);

// Of a figure of the prediction: instances that scale are not news of a fleet that never does.
bool is_of_interest(const std::string& figure, const VerifySetup& setup);

// What the simulator says of the very schedule that will be sent.
struct VerifyPrediction {
  std::vector<planner::FigureOfRun> figures = {};
  planner::RunPrediction run = {};
  double mean_inference_s = 0;    // without the hand-over
  double median_inference_s = 0;  // likewise, as the report has it
  double median_start_s = 0;
};
Result<VerifyPrediction> predict(const VerifySetup& setup, const PoolCalibration& calibration);

Result<bench::PoolRecord> play(const VerifySetup& setup, bench::Crew& crew,
                               const std::function<void(const bench::PoolProgress&)>& progress);

// What predict() would have said had it known how long inferences take in each stretch of the run, by figure; nullopt
// for those that are not of requests, and where too few requests were done to know.
std::vector<std::optional<double>> in_hindsight(const VerifySetup& setup, const PoolCalibration& calibration,
                                                const VerifyPrediction& prediction, const bench::PoolRecord& record);

}  // namespace mlplan::cli
