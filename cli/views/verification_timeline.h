// The timeline of a verification: measured and predicted as bands of one scale, one under the other.
#pragma once

#include <string>

#include "cli/views/text.h"
#include "profiles/verification.h"

namespace mlplan::cli {

std::string verification_timeline(const Verification& verification, const Style& style);  // empty without stretches

}  // namespace mlplan::cli
