// Plays traffic through a fleet, request by request, under a policy.
//
// Discrete events in continuous time: arrivals, batches done, instances that become ready or end, and the policy at its
// own cadence. Equal scenario, policy, seed and replication give equal results, byte for byte. Memory does not grow
// with the requests simulated, only with those that wait at once. Nothing is approximated; what is left out: requests
// do not give up, and an instance serves as fast beside busy neighbours as alone, unless they share a host.
#pragma once

#include <cstdint>

#include "planner/simulation/result.h"
#include "planner/simulation/scenario.h"
#include "profiles/policy.h"

namespace mlplan::planner {

// `scenario` must have passed validate(); the policy starts anew with each call, so give each its own.
SimulationResult simulate(const Scenario& scenario, Policy& policy, std::uint64_t seed, std::uint64_t replication = 0);

}  // namespace mlplan::planner
