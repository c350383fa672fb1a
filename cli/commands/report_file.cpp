#include "cli/commands/report_file.h"

#include "profiles/support/atomic_file.h"

namespace mlplan::cli {

Result<Report> open_report(const std::string& path) {
  const Result<std::string> text = read_file(path);
  if (!text) return fail(text.error());
  return read_report(*text, path);
}

}  // namespace mlplan::cli
