// Warm starts under another environment than the run's: one variable at a value of its own, all else the same. They are
// spread over the run like all other starts, so that they can be held against those that are as found.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bench/cold_start.h"
#include "bench/cold_start_report.h"
#include "bench/options.h"
#include "bench/world.h"
#include "profiles/report.h"

namespace mlplan::bench {

struct VariedSamples {
  std::string variable;
  std::string value;
  std::vector<ColdSample> samples = {};
  std::vector<double> gpu = {};     // bytes by which the GPU's used memory grew; empty on a CPU, or where nobody tells
  std::string module_loading = {};  // of CUDA, in force in these workers
};
// One for each value of each variable.
std::vector<VariedSamples> plan_varied(const Options& options);

// Another start of these. Errors: as take_cold_sample.
Status take_varied(const World& world, std::uint64_t padding, VariedSamples& varied);

VariedStarts assemble_varied(const VariedSamples& varied, std::int64_t model_bytes, const MachineLimits& limits);

}  // namespace mlplan::bench
