// What the models of a trace take to load and in memory: from their reports, or as it is stated for all others.
#pragma once

#include <map>
#include <string>

#include "cli/commands/keep_alive_flags.h"
#include "profiles/arrivals.h"
#include "profiles/keep_alive.h"

namespace mlplan::cli {

class KeepAliveModels {
 public:
  // Reads the reports. ErrorKind::bad_input: one that says nothing of memory or of the start, or needs more than the
  // host has.
  static Result<KeepAliveModels> open(const KeepAliveRequest& request);

  // ErrorKind::bad_input, at the line of the trace: nothing says what this one takes.
  Result<KeepAliveModel> find(const TraceModel& model, const std::string& trace) const;
  std::vector<std::string> never_asked_for(const std::vector<KeepAliveModel>& models) const;
  bool uses_reports() const { return !measured_.empty(); }

 private:
  std::map<std::string, KeepAliveModel> measured_;  // by name
  std::optional<KeepAliveModel> stated_;
};

}  // namespace mlplan::cli
