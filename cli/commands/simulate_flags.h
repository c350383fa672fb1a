// The flags of mlplan simulate: parsed and checked for what goes together.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands/traffic_flags.h"
#include "cli/views/text.h"
#include "planner/policies/presets.h"
#include "planner/simulation/fleet_of_report.h"
#include "planner/simulation/scenario.h"
#include "profiles/slo.h"

namespace mlplan::cli {

using Duration = std::chrono::nanoseconds;

struct SimulateRequest {
  std::string report;  // path; empty: everything is stated
  TrafficChoice traffic;
  std::optional<Duration> from;

  planner::MeasuredChoice measured;
  std::vector<planner::BatchService> service;  // stated; empty: from the report
  double service_scv = 0;
  Duration batch_timeout{0};

  std::string state = "model_cold";
  std::optional<Duration> start_up;  // in place of the report's
  std::optional<Duration> node_start;
  std::optional<Duration> pool_exit;
  bool shared_host = false;
  std::optional<Duration> time_between_failures;
  planner::Routing routing = planner::Routing::shared_queue;

  std::string policy = "fixed";
  planner::PresetOptions options;
  std::optional<std::int64_t> instances;
  std::map<std::string, double> policy_settings;  // what was given, by flag

  std::optional<Duration> duration;
  Duration warm_up{0};
  std::int64_t replications = 5;
  std::uint64_t seed = 1;
  Slo slo;

  std::string output;
  bool json = false;
  bool verbose = false;
  std::string help;  // not empty: only print this
};

Result<SimulateRequest> parse_simulate_flags(const std::vector<std::string>& arguments, const Style& style);

// Whether the policy, or failures, can ever start an instance.
bool starts_instances(const SimulateRequest& request);

}  // namespace mlplan::cli
