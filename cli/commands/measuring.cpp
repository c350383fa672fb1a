#include "cli/commands/measuring.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>

#include "bench/command_bench.h"
#include "cli/output.h"
#include "cli/signals.h"
#include "cli/views/progress.h"

namespace mlplan::cli {
namespace {

// Calls measure(hooks) with the progress line alive.
template <class Measure>
auto with_hooks(bool quiet, const Context& context, const Measure& measure) {
  bench::Hooks hooks;
  hooks.interrupted = interrupted;
  hooks.argv = context.argv;
  ProgressLine progress({say, columns_of_remarks, std::chrono::steady_clock::now}, context.remarks,
                        context.remarks_on_terminal);
  if (!quiet) hooks.progress = [&](const bench::Progress& now) { progress.update(now); };
  return measure(hooks);
}

}  // namespace

int columns_of_remarks() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

Result<std::vector<bench::Outcome>> measure_in_turns(const std::vector<std::string>& models,
                                                     const bench::Options& options, const bench::Look& wanted,
                                                     bool quiet, const Context& context) {
  std::vector<bench::Options> each(models.size(), options);
  for (std::size_t i = 0; i < models.size(); ++i) each[i].model_path = models[i];
  return with_hooks(quiet, context, [&](bench::Hooks& hooks) {
    hooks.wanted = wanted;
    return bench::run_in_turns(each, hooks);
  });
}

Result<bench::Outcome> measure_command(const bench::Options& options, const bench::CommandOptions& command, bool quiet,
                                       const Context& context) {
  return with_hooks(quiet, context,
                    [&](const bench::Hooks& hooks) { return bench::run_command(options, command, hooks); });
}

}  // namespace mlplan::cli
