// From replays of one trace to the figures of each keep-alive rule, and to which of them is to be taken.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "planner/pool/keep_alive.h"
#include "profiles/keep_alive.h"

namespace mlplan::planner {

// `span_s`, above 0: from the first request to the last.
KeepAliveFigures figures_of(const std::string& rule, const KeepAliveResult& result, double span_s,
                            std::optional<double> host_bytes);

// Of the rules that fit on the host, the one that no other has fewer cold requests, less waiting or less memory (in the
// mean or at most) than. nullopt: there is none, or no other to compare with.
std::optional<std::string> best_of(const std::vector<KeepAliveFigures>& rules);

// Which to take, or what each of them is good for.
std::string conclusion_of(const std::vector<KeepAliveFigures>& rules);

}  // namespace mlplan::planner
