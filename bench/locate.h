// Where the programs that come with mlplan are.
#pragma once

#include <string>

#include "profiles/support/result.h"

namespace mlplan::bench {

struct ProgramName {
  const char* program;   // "mlplan-worker"
  const char* variable;  // "MLPLAN_WORKER"
  const char* flag;      // "--worker"
};

// `wanted`, or what the variable names, or beside this program, or ../libexec/mlplan. Errors (usage) tell where was
// looked.
Result<std::string> locate_program(const ProgramName& name, const std::string& wanted);

}  // namespace mlplan::bench
