// mlplan gate --bench: measures what the budget is about, and goes on while a clause is undecided and there is time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/bench.h"
#include "cli/command.h"
#include "gate/judge.h"

namespace mlplan::cli {

// The reports that a verdict is about.
struct GatedReports {
  Report report;
  std::optional<Report> baseline = {};
  std::optional<Report> confirmation = {};
};

// Clauses are judged as often as samples are looked at.
inline constexpr int kGateLooks = static_cast<int>(bench::kLooks.size());

// `models` are one, or a baseline's and the one to be judged, which are then measured in turns. `stored` is a baseline
// from before, if any: what got worse than it is measured a second time, two minutes after the first. Parts and sizes
// that `options` leaves open are those that the budget names. Errors as bench::run.
Result<GatedReports> measure_for_gate(const std::vector<std::string>& models, bench::Options options,
                                      const Budget& budget, const gate::NamedReport& stored, bool quiet,
                                      const Context& context);

}  // namespace mlplan::cli
