// A report from its file.
#pragma once

#include <string>

#include "profiles/report.h"
#include "profiles/support/result.h"

namespace mlplan::cli {

// Errors as read_file and read_report have them.
Result<Report> open_report(const std::string& path);

}  // namespace mlplan::cli
