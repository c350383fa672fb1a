// The flags of mlplan simulate, as given. What goes together depends on the documents, too: simulate_checks.h.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands/traffic_flags.h"
#include "cli/views/text.h"
#include "planner/simulation/fleet_of_report.h"
#include "planner/simulation/scenario.h"
#include "profiles/slo.h"

namespace mlplan::cli {

using Duration = std::chrono::nanoseconds;

struct GivenScaling {
  std::optional<std::int64_t> instances = {};
  std::optional<std::int64_t> lowest = {};
  std::optional<std::int64_t> highest = {};
  std::optional<double> target = {};
  std::optional<std::int64_t> spare = {};
  std::optional<std::int64_t> pool = {};
};

struct SimulateRequest {
  std::string document;  // path of a report or a plan; empty: everything is stated
  std::string report;    // path of the one a plan rests on; empty: where the plan says
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
  std::optional<Duration> time_between_interruptions;  // of spot capacity
  std::optional<Duration> notice;                      // before one
  std::optional<Routing> routing;

  std::string policy;  // empty: the plan's own, or fixed
  GivenScaling scaling;

  std::vector<std::string> serving_given;   // flags that say how an instance serves
  std::vector<std::string> starting_given;  // and how it starts
  std::vector<std::string> scaling_given;   // flags that are a policy's

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

}  // namespace mlplan::cli
