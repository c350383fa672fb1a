#include "bench/locate.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace mlplan::bench {

Result<std::string> locate_program(const ProgramName& name, const std::string& wanted) {
  namespace fs = std::filesystem;
  const auto usable = [](const fs::path& path) { return ::access(path.c_str(), X_OK) == 0 && !fs::is_directory(path); };
  if (!wanted.empty()) {
    if (usable(wanted)) return wanted;
    return fail(ErrorKind::usage, "no program that can be run", wanted,
                fmt::format("point {} at {}", name.flag, name.program));
  }
  if (const char* variable = std::getenv(name.variable); variable != nullptr && *variable != '\0') {
    if (usable(variable)) return std::string(variable);
    return fail(ErrorKind::usage, fmt::format("{} names no program that can be run", name.variable), variable,
                fmt::format("point it at {}", name.program));
  }
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  const fs::path candidates[] = {self.parent_path() / name.program,
                                 self.parent_path() / "../libexec/mlplan" / name.program};
  for (const fs::path& candidate : candidates) {
    if (usable(candidate)) return candidate.lexically_normal().string();
  }
  return fail(ErrorKind::usage, fmt::format("{} was not found", name.program),
              candidates[0].lexically_normal().string(),
              fmt::format("build it with `make build`, or point {} at it", name.variable));
}

}  // namespace mlplan::bench
