// A verification on a terminal: what ran at which scale, predicted against measured, what became of requests and
// workers, what is to blame, what was not checked, and the verdict as its last line.
#pragma once

#include <string>

#include "cli/views/text.h"
#include "profiles/verification.h"

namespace mlplan::cli {

// `written_to`: the file that holds it all; empty: none.
std::string verification_view(const Verification& verification, const std::string& written_to, const Style& style);

std::string quantity_label(const std::string& quantity);  // "response.p99" -> "response p99"

}  // namespace mlplan::cli
