// What a plan is asked for: reports, instance types, traffic, objectives, limits, and what else is known. Times in
// seconds, prices in US dollars.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "planner/sizing/candidate.h"
#include "planner/sizing/demand.h"
#include "planner/sizing/memory_need.h"
#include "profiles/catalog.h"
#include "profiles/plan.h"
#include "profiles/slo.h"
#include "profiles/traffic.h"

namespace mlplan::planner {

struct FailureSettings {
  std::optional<double> time_between_s;  // of one instance; without it availability cannot be planned
  std::int64_t zones = 3;                // that instances are spread over
};

struct PoolCosts {
  std::optional<double> miss_usd;  // what a request that meets a cold start costs
  // Spares that are stopped instead of running: from the order to ready, and the price of one an hour.
  std::optional<double> stopped_ready_in_s;
  std::optional<double> stopped_usd_per_hour;
};

inline constexpr double kPlanConfidence = 0.95;  // of intervals and claims

inline constexpr double kPromiseWorth = 2;  // times the price of what the traffic cannot promise

enum class ScalingChoice { cheapest, fixed, live };

struct PlanQuestion {
  std::vector<MeasuredReport> reports = {};
  const Catalog* catalog = nullptr;             // whole: core speeds are compared over all of it
  std::vector<const InstanceType*> types = {};  // that may be bought
  TypeProfiles profiles = {};                   // of those of them that were probed
  std::string catalog_source = {};
  Traffic traffic = {};
  std::vector<double> arrivals = {};  // of a trace, ascending, where they were read
  Bursts bursts = {};
  Slo slo = {};
  PlanLimits limits = {};
  ScalingChoice scaling = ScalingChoice::cheapest;
  StartUpAdditions start_up = {};
  StateSettings state = {};
  FailureSettings failures = {};
  PoolCosts pool = {};
  std::map<std::string, std::int64_t> dims = {};
  std::uint64_t seed = 0;
  std::string version = {};
  std::vector<std::string> argv = {};
};

}  // namespace mlplan::planner
