// The block "OUTPUT QUALITY": one line a check, in words.
#pragma once

#include <string>

#include "cli/views/text.h"
#include "profiles/report.h"

namespace mlplan::cli {

// Empty where nothing was checked.
std::string quality_view(const Quality& quality, const Style& style);

// "at most 3e-06 apart (f32, rounding)", "NaN in 12 of 1,000 values on one side only": the verdict and what it rests
// on.
std::string distance_text(const OutputDistance& distance);

}  // namespace mlplan::cli
