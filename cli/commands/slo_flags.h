// The flags of a service level objective.
#pragma once

#include "cli/flags.h"
#include "profiles/slo.h"

namespace mlplan::cli {

// What can be held against requests that were played: --slo, --exposure.
void declare_request_slo(Flags& flags, Slo& slo);
// All: those, --availability and --survive.
void declare_slo(Flags& flags, Slo& slo);

}  // namespace mlplan::cli
