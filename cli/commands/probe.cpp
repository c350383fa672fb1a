// mlplan probe: what this machine gives, and how much of what it should.
#include "bench/probe.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>

#include "cli/commands/commands.h"
#include "cli/commands/readers.h"
#include "cli/output.h"
#include "cli/signals.h"
#include "cli/views/machine_view.h"
#include "profiles/support/atomic_file.h"
#include "profiles/support/suggestion.h"

namespace mlplan::cli {
namespace {

Flags::Reader read_subjects(std::vector<std::string>& subjects) {
  return [&subjects](const std::string& value) -> Status {
    const std::vector<std::string> known(std::begin(bench::kProbeSubjects), std::end(bench::kProbeSubjects));
    subjects.clear();
    for (const std::string& each : split_list(value)) {
      if (std::ranges::find(known, each) == known.end()) {
        return fail(ErrorKind::usage, fmt::format("'{}' is none of {}", each, fmt::join(known, ", ")), "",
                    nearest(each, known));
      }
      subjects.push_back(each);
    }
    return {};
  };
}

}  // namespace

Result<int> run_probe(const std::vector<std::string>& arguments, const Context& context) {
  bench::ProbeOptions options;
  std::string output;
  bool json = false;
  bool quiet = false;
  bool verbose = false;
  Flags flags("mlplan probe [flags]",
              "Measures what this machine gives, whatever runs on it: memory, page faults, process start, disk, "
              "arithmetic and GPU, each beside the limit that it should reach.");
  flags.value("-o,--output", "FILE", "write the profile; - is standard output", read_text(output));
  flags.value("--time-box", "TIME", "for everything (1m)", read_duration(options.time_box));
  flags.value("--only", "SUBJECTS",
              fmt::format("{} (all; gpu only where there is a sign of one)", fmt::join(bench::kProbeSubjects, ",")),
              read_subjects(options.subjects));
  flags.value("--folder", "DIR", "where the file that is read lies: on the disk that models come from (.)",
              read_text(options.folder));
  flags.value("--kernels", "FILE", "mlplan-kernels, where it is not beside mlplan ($MLPLAN_KERNELS)",
              read_text(options.kernels_path));
  flags.toggle("--json", "print the profile as JSON in place of the view", json);
  flags.toggle("-v,--verbose", "say what every limit is", verbose);
  flags.toggle("-q,--quiet", "no progress on standard error", quiet);
  flags.value("--color", "WHEN", "auto, always or never (auto; $NO_COLOR)", read_colour());
  const Result<std::optional<std::string>> help = flags.parse(arguments, context.answer);
  if (!help) return fail(help.error());
  if (*help) {
    if (Status status = write_answer(**help); !status) return fail(status.error());
    return 0;
  }
  if (Status status = check_output_file(output); !status) return fail(status.error());

  bench::ProbeHooks hooks;
  hooks.interrupted = interrupted;
  hooks.argv = context.argv;
  if (!quiet) {
    hooks.progress = [&](std::int64_t round, double fraction) {
      say(fmt::format("round {}, {:.0f} % of the time box\n", round, 100 * std::min(fraction, 1.0)));
    };
  }
  const Result<MachineProfile> profile = bench::probe(options, hooks);
  if (!profile) return fail(profile.error());
  const bool to_file = is_file(output);
  const bool as_json = json || output == "-";
  const std::string document = to_file || as_json ? write_machine_profile(*profile) : "";
  const Status written = to_file ? write_file(output, document) : Status{};
  Style style = context.answer;
  style.verbose = verbose;
  // What was measured is shown even where it could not be written.
  const Status shown_status =
      write_answer(as_json ? document : machine_view(*profile, to_file && written ? output : "", style));
  if (!written) return fail(written.error());
  if (!shown_status) return fail(shown_status.error());
  return profile->stop == "interrupted" ? exit_code(ErrorKind::interrupted) : 0;
}

}  // namespace mlplan::cli
