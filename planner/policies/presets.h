// The policies by the names users type, with published defaults for everything not said here.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "profiles/policy.h"
#include "profiles/support/result.h"

namespace mlplan::planner {

struct PresetOptions {
  std::int64_t instances = 1;                     // fixed: how many
  std::int64_t pool = 0;                          // fixed: kept warm. ec2-pool: the pool's least size
  std::optional<std::int64_t> max_prepared = {};  // ec2-pool: in the group and the pool together
  std::optional<std::int64_t> lowest = {};        // the policy's own where absent
  std::optional<std::int64_t> highest = {};       //
  std::optional<double> target = {};  // hpa, keda: utilisation. ray: requests per replica. kpa: utilisation aimed at.
                                      // dynamo: share of the requests and of the capacity
  std::optional<double> capacity_per_s = {};  // dynamo: of one instance, saturated; without it there is no floor
  double requests_per_instance =
      1;                     // that one instance serves at once: kpa's concurrency, spare's claims, dynamo's load
  std::int64_t count = 1;    // buffer-n, spare: how many more
  double share = 0.2;        // buffer-percent: how much more
  double keep_idle_s = 300;  // spare
  std::string base = "hpa";  // what ec2-pool and the buffers are wrapped around
};

std::span<const std::string_view> preset_names();

// ErrorKind::usage for a name that is none, options out of range, or a base that is itself a wrapper.
Result<std::unique_ptr<Policy>> make_policy(std::string_view name, const PresetOptions& options);

}  // namespace mlplan::planner
