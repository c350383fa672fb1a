#include "cli/commands/measuring.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>

#include "cli/output.h"
#include "cli/signals.h"
#include "cli/views/progress.h"

namespace mlplan::cli {
namespace {

int columns_of_remarks() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

Result<std::vector<bench::Outcome>> measure_in_turns(const std::vector<std::string>& models,
                                                     const bench::Options& options, const bench::Look& wanted,
                                                     bool quiet, const Context& context) {
  bench::Hooks hooks;
  hooks.interrupted = interrupted;
  hooks.argv = context.argv;
  hooks.wanted = wanted;
  ProgressLine progress({say, columns_of_remarks, std::chrono::steady_clock::now}, context.remarks,
                        context.remarks_on_terminal);
  if (!quiet) hooks.progress = [&](const bench::Progress& now) { progress.update(now); };
  std::vector<bench::Options> each(models.size(), options);
  for (std::size_t i = 0; i < models.size(); ++i) each[i].model_path = models[i];
  return bench::run_in_turns(each, hooks);
}

}  // namespace mlplan::cli
