// Whether two reports can be held against each other at all, and what stands in the way.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "gate/regression.h"
#include "profiles/measure.h"
#include "profiles/report.h"
#include "profiles/support/result.h"
#include "profiles/verdict.h"

namespace mlplan::gate {

// What differs in machine and build so that times and memory do as well. Empty where the fingerprints agree.
std::vector<Difference> differences(const Report& report, const Report& baseline);

// Both were measured in one run, their samples in turn.
bool same_session(const Report& report, const Report& baseline);

// Starts of one session come in pairs, as long as no round was left out of either report.
Pairing pairing_of(const Measure& measure, const Report& report, const Report& baseline);

// bad_input where the baseline is of another model: other content under another file name, or other inputs. New content
// under the same name is what a gate is for.
Status check_same_model(const Report& report, const Report& baseline, const std::string& baseline_path);

// bad_input where the confirming report is not one: of other content, or made within two minutes of the first, which
// drifts with it.
inline constexpr std::chrono::seconds kConfirmAfter{120};
Status check_confirmation(const Report& report, const Report& confirmation, const std::string& path);

// Why figures of time may be those of the machine: the serious reasons for its grade C; empty where it was quiet
// enough.
std::string pressure(const Report& report);

// Which figure of a report it is, with all that selects its row: equal where two reports measured the same. A path
// names only what tells the rows of its own report apart.
std::string identity(const Measure& measure);

}  // namespace mlplan::gate
