// The flags of mlplan verify, as given.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bench/options.h"
#include "cli/commands/traffic_flags.h"
#include "cli/views/text.h"

namespace mlplan::cli {

struct VerifyRequest {
  std::string plan;
  std::string report;           // path of the one it rests on; empty: where the plan says
  bench::Options options;       // model_path empty: where the report says
  TrafficChoice traffic;        // nothing given: the plan's
  bool traffic_given = false;
  std::optional<std::chrono::nanoseconds> from;  // absent: the busiest stretch
  std::chrono::nanoseconds duration = std::chrono::minutes(2);
  double time_scale = 1;                       // seconds of the traffic that pass in one
  std::optional<std::int64_t> instances = {};  // absent: as many as this machine carries
  std::int64_t kills = 0;
  std::int64_t replications = 400;  // of the prediction
  std::uint64_t seed = 1;
  std::string output;
  bool json = false;
  bool quiet = false;
  bool verbose = false;
  std::string help;  // not empty: only print this
};

Result<VerifyRequest> parse_verify_flags(const std::vector<std::string>& arguments, const Style& style);

}  // namespace mlplan::cli
