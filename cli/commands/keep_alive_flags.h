// The flags of mlplan simulate --keep-alive, as given. They are its own: what says how a fleet is scaled says nothing
// of models that share a host.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/views/text.h"
#include "planner/pool/keep_alive.h"
#include "profiles/support/units.h"
#include "profiles/traffic_columns.h"

namespace mlplan::cli {

struct KeepAliveRule {
  std::string name;  // as it was given
  planner::KeepAlive rule;
};

struct KeepAliveRequest {
  std::vector<KeepAliveRule> rules;
  std::string trace;  // path
  TrafficColumns columns;
  std::map<std::string, std::string> reports;        // path by the model's name
  std::string state = "model_cold";                  // of their cold starts
  std::optional<std::chrono::nanoseconds> start_up;  // of models without a report
  std::optional<Bytes> model_memory;
  std::optional<Bytes> host_memory;
  std::string output;
  bool json = false;
  bool verbose = false;
  std::string help;  // not empty: only print this
};

// Whether they are those of this comparison.
bool asks_for_keep_alive(const std::vector<std::string>& arguments);

Result<KeepAliveRequest> parse_keep_alive_flags(const std::vector<std::string>& arguments, const Style& style);

}  // namespace mlplan::cli
