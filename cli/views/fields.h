// The fields of a report that are shown, each declared once: key (as budgets name it), heading, unit and where it is.
// Every view that lists figures iterates over these.
#pragma once

#include <span>

#include "cli/views/numbers.h"
#include "profiles/report.h"

namespace mlplan::cli {

template <class Row>
struct Field {
  const char* key;    // "time_to_first_result"; in JSON with the unit behind it
  const char* label;  // heading of its column
  Unit unit;
  const Stat& (*stat)(const Row&);
};

std::span<const Field<ColdStartState>> state_fields();
std::span<const Field<Phase>> phase_fields();
std::span<const Field<LedgerRow>> ledger_fields();
std::span<const Field<SteadyRow>> steady_fields();

}  // namespace mlplan::cli
