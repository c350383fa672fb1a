// The contest: mlplan's plan against the rules of thumb, all of them made from the first 60 % of some traffic and
// judged on the rest, in one simulator, with the same instance, the same start-ups and the same requests.
//
// The model is made by hand: a service time of scv 0.05, one at a time, on the one instance type there is; a machine
// takes 60 s, the model 20 s. Rules that count instances divide the highest rate seen by what an instance serves.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "planner/policies/follow.h"
#include "profiles/support/result.h"
#include "tests/accuracy/contest_traffic.h"

namespace mlplan::accuracy {

inline constexpr double kContestQuantile = 0.99;
inline constexpr double kContestExposure = 0.01;
inline constexpr double kContestServices = 5;  // the response time asked for, in service times

struct Judgement {
  std::string rule = {};
  double attainment = 0;  // share of requests within the response time asked for
  double exposure = 0;    // share of requests that may have met a cold start
  double usd_per_hour = 0;
  double mean_instances = 0;

  bool keeps_latency() const { return attainment >= kContestQuantile; }
  bool keeps_exposure() const { return exposure <= kContestExposure; }
  bool keeps_both() const { return keeps_latency() && keeps_exposure(); }
};

struct ContestResult {
  std::string name = {};
  std::string recommended = {};  // in words
  bool promised = true;          // the plan claims what was asked for
  std::string refusal = {};      // where it does not: what it would need
  std::int64_t replications = 0;
  double requests = 0;              // judged, of one replication
  std::vector<Judgement> all = {};  // ours first

  const Judgement& ours() const { return all.front(); }
  bool attains_or_refused() const { return !promised || ours().keeps_both(); }
};

// ErrorKind as make_plan has it; bad_input where the plan is infeasible.
Result<ContestResult> hold_contest(const ContestTraffic& traffic, std::uint64_t seed);

}  // namespace mlplan::accuracy
