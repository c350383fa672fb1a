// What one run of a scenario will show, before it is run: the same schedule again and again, each time with other
// service times and start-ups, and with other values of what the measurements leave open.
//
// An interval so holds a single run's figure, its sampling error included, not the mean over runs: it is a prediction
// interval at `confidence`. Times in seconds. A wider one, at a confidence of 1 - (1 - confidence) / figures, is for
// judging all figures of a run together (Bonferroni).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <pcg_random.hpp>
#include <span>
#include <string>
#include <vector>

#include "planner/simulation/replications.h"
#include "planner/simulation/scenario.h"

namespace mlplan::planner {

// How the speed of the machine drifts: the logarithm of what services take is, by stretches of time, a stationary
// autoregressive process of first order, each value `correlation` times the one before it plus noise. Its mean over
// `known` stretches, which end `between` stretches before the run begins, is in the service times already.
struct Drift {
  double stretch_s = 1;
  double deviation = 0;    // standard deviation of the logarithm; 0: there is none
  double correlation = 0;  // of neighbours, below 1
  std::int64_t known = 1;
  std::int64_t between = 0;
};

// Relative standard deviations (of the logarithm) of what is known of times only so well.
struct Unknowns {
  double service = 0;   // of all service times of a run together
  double start_up = 0;  // of all start-ups of a run together
  Drift drift = {};     // of instances that share a host
};

// Drift::deviation by neighbouring values of a stationary process: that of the logarithms within a short stretch of it
// is less than that of the process, by how far the mean of the stretch follows it. 0 of fewer than three.
double drift_deviation(std::span<const double> values, double correlation);

// One path of it: how many times as long services take in each of `stretches` stretches of a run.
std::vector<double> draw_paces(const Drift& drift, std::int64_t stretches, pcg64& random);

// The standard deviation of the logarithms of values above 0, as Unknowns has it; 0 of fewer than three.
double deviation_of_logarithms(std::span<const double> values);

// Standard deviations of a normal law that an interval at 95 % reaches to either side.
inline constexpr double kNormalDeviations = 1.959964;

struct PredictedFigure {
  double value = 0;  // the median over replications
  double low = 0;
  double high = 0;
  double joint_low = 0;  // of the wider interval
  double joint_high = 0;
};

struct FigureOfRun {
  std::string name;  // "response.p99", "cold_starts"
  Measure of;
};

// Response percentiles (p50, p90, p99 and `quantiles`, those that the requests can carry), mean response, utilisation,
// cold starts, draws, misses, exposure and availability (the share of arrivals that was answered).
std::vector<FigureOfRun> figures_of_run(const std::vector<double>& quantiles);

struct RunPrediction {
  std::vector<PredictedFigure> figures = {};        // in the order asked for
  std::vector<SimulationResult> replications = {};  // for timelines
};

// replications >= 40. Equal arguments give equal predictions.
RunPrediction predict_run(const Scenario& scenario, const PolicyFactory& make_policy, const Unknowns& unknowns,
                          const std::vector<FigureOfRun>& figures, double confidence, std::int64_t replications,
                          std::uint64_t seed);

}  // namespace mlplan::planner
