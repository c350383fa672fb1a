// From the evidence of a run to the report, but for the model's SHA-256. Pure.
#pragma once

#include <string>
#include <vector>

#include "bench/evidence.h"
#include "bench/options.h"
#include "profiles/report.h"

namespace mlplan::bench {

Report assemble_report(const Evidence& evidence, const Options& options, const std::vector<std::string>& argv);

// Warnings about what the time box left out or cut short, each with a time box that would do.
std::vector<Warning> time_warnings(const Report& report, const Evidence& evidence, const Options& options);

}  // namespace mlplan::bench
