// The model that a pool serves, tried once: what every worker is started with, and the machine that they run on.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "bench/options.h"
#include "bench/world.h"
#include "profiles/report.h"
#include "profiles/support/result.h"

namespace mlplan::bench {

struct PoolModel {
  World world;
  MachineInfo machine;  // with its fingerprint, as a report has it
  std::string sha256 = {};
};

// The model file looked at and hashed, its inputs resolved and tried in a process of its own; `dims` over the model's
// defaults. Errors as bench::run has them before it measures.
Result<PoolModel> prepare_pool(const Options& options, const std::map<std::string, std::int64_t>& dims,
                               const std::function<bool()>& interrupted);

}  // namespace mlplan::bench
