// The service level objective: what a plan has to keep. Latency percentiles, the share of requests that may meet a cold
// start, availability, and failures to survive. Each is written as on the command line:
//
//   --slo p99=80ms,p50=20ms    --exposure 0.1%    --availability 99.95%    --survive 1, --survive 2,zone
//
// Parsers fail with ErrorKind::usage.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "profiles/support/result.h"

namespace mlplan {

struct LatencyObjective {
  double quantile = 0.99;  // 0.5 up to 0.9999; of the response time: waiting and service
  double at_most_ns = 0;
};

struct Survival {
  std::int64_t instances = 0;  // that may fail at once
  std::int64_t zones = 0;      // 1: a whole zone may
};

struct Slo {
  std::vector<LatencyObjective> latency;  // by rising quantile
  std::optional<double> exposure;         // share of requests that may meet a cold start
  std::optional<double> availability;     // share of the time in which there is enough capacity
  Survival survive;

  bool is_empty() const;
};

// "p99=80ms" or several with commas: sorted, no quantile twice, no higher quantile with a shorter time.
Result<std::vector<LatencyObjective>> parse_latency_objectives(std::string_view text);
Result<double> parse_exposure(std::string_view text);      // above 0, below 100 %
Result<double> parse_availability(std::string_view text);  // 50 % up to below 100 %
Result<Survival> parse_survival(std::string_view text);    // "1", "zone", "2,zone"

std::string percentile_name(double quantile);                             // 0.999 -> "p99.9"
std::string format_latency_objective(const LatencyObjective& objective);  // "p99 within 80.0 ms"

}  // namespace mlplan
