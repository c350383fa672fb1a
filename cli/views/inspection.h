// What `mlplan inspect` shows: the model part of a report with the notes on its inputs.
#pragma once

#include <string>

#include "bench/bench.h"
#include "cli/views/text.h"

namespace mlplan::cli {

std::string inspection_view(const bench::Inspection& inspection, const Style& style);

// {"schema": "mlplan.inspection", "schema_version": "1.0", "libtorch": "", "model": {as in a report}, "not_inferred":
// [],
//  "notes": []}
std::string inspection_json(const bench::Inspection& inspection);

}  // namespace mlplan::cli
