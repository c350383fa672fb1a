// Keep-alive: what became of a trace of many rarely used models on a host under rules that say which stay in memory.
// What `mlplan simulate --keep-alive` answers; docs/formats.md explains every field, the JSON Schema is
// profiles/schemas/keep_alive.schema.json.
//
// Times are seconds where the name ends in _s and nanoseconds where it ends in _ns; shares are 0 to 1. Everything is
// counted in one replay of one trace, from its first request to its last: there are no intervals.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "profiles/support/result.h"

namespace mlplan {

inline constexpr const char* kKeepAliveSchema = "mlplan.keep_alive";
inline constexpr const char* kKeepAliveSchemaVersion = "1.0";

struct KeepAliveTraffic {
  std::string source;
  std::int64_t requests = 0;
  double span_s = 0;
  std::vector<std::string> notes = {};
};

struct KeepAliveModel {
  std::string name = {};    // as the trace has it
  std::string report = {};  // path; empty: stated
  double load_ns = 0;
  double bytes = 0;  // of memory
  std::int64_t requests = 0;
};

struct KeepAliveFigures {
  std::string rule;          // as it was given: "10m", "hybrid", "greedy-dual"
  std::int64_t cold = 0;     // requests that waited for a load
  std::int64_t loads = 0;    // for a request, or ahead of one
  std::int64_t ahead = 0;    // of them ahead
  std::int64_t evicted = 0;  // models that left memory
  double cold_share = 0;
  std::optional<double> mean_cold_wait_ns = {};  // absent: no request was cold
  double mean_bytes = 0;                         // held, over time
  double most_bytes = 0;                         // at once
  std::optional<bool> fits = {};                 // on the host; absent: its memory is not known
};

struct KeepAliveComparison {
  std::string version;  // of mlplan
  std::vector<std::string> argv;
  KeepAliveTraffic traffic;
  std::string start_state;                // of the reports' cold starts; empty: stated
  std::optional<double> host_bytes = {};  // of memory
  std::vector<KeepAliveModel> models;     // by their first row in the trace
  std::vector<KeepAliveFigures> rules;    // as they were given
  std::optional<std::string> best = {};   // the rule that no other beats in anything
  std::string conclusion;                 // a sentence
  std::vector<std::string> assumptions;
};

// Stable key order: equal comparisons give equal bytes.
nlohmann::ordered_json to_ordered_json(const KeepAliveComparison& comparison);
std::string write_keep_alive(const KeepAliveComparison& comparison);  // pretty, with a final newline

// Validates against the schema first. ErrorKind::bad_input; `where` is "FILE: /json/pointer". Ignores unknown keys,
// refuses a newer major schema_version.
Result<KeepAliveComparison> read_keep_alive(const std::string& text, const std::string& file_name);

std::string_view keep_alive_schema();  // the JSON Schema (draft-07), as shipped

}  // namespace mlplan
