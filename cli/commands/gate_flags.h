// The flags of mlplan gate, as a checked value.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cli/commands/bench_flags.h"
#include "cli/flags.h"
#include "profiles/budget.h"

namespace mlplan::cli {

struct GateRequest {
  std::vector<std::string> files;  // a report; with measure a model, or a baseline's and the one to be judged
  bool measure = false;
  bench::Options options;          // with measure
  std::string report_output;       // with measure: where the report goes; empty: nowhere
  std::string baseline;            // empty: none
  std::string confirmation;        // empty: none
  Budget budget;                   // the file with what the flags say in place of it or beside it
  std::string inconclusive = "4";  // or pass, or fail: what the exit code says of it
  std::string format = "table";
  std::string output;    // empty: standard output alone
  std::string junit;     // empty: none
  std::string markdown;  // empty: none
  bool init = false;
  bool quiet = false;
  bool verbose = false;
  std::string help;  // not empty: asked for
};

// Formats that are of the report itself and need no budget.
bool is_export(const std::string& format);

inline constexpr const char* kBudgetFile = "mlplan.toml";  // in the current folder, where there is one

Result<GateRequest> parse_gate_flags(const std::vector<std::string>& arguments, const Environment& environment,
                                     const Style& style);

}  // namespace mlplan::cli
