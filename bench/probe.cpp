#include "bench/probe.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <ctime>
#include <filesystem>

#include "bench/clock.h"
#include "bench/locate.h"
#include "bench/machine.h"
#include "bench/program_output.h"

namespace mlplan::bench {

namespace {

constexpr ProgramName kKernels = {"mlplan-kernels", "MLPLAN_KERNELS", "--kernels"};
constexpr std::chrono::minutes kLongestRound{5};
constexpr std::chrono::seconds kLongestVersion{30};
constexpr int kSomeFailed = 3;  // exit code of mlplan-kernels: the rest is there

std::string last_line(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

// Google Benchmark writes before and after the document, too.
std::string document_in(const std::string& text) {
  const std::size_t begin = text.find('{');
  const std::size_t end = text.rfind('}');
  return begin == std::string::npos || end == std::string::npos ? text : text.substr(begin, end + 1 - begin);
}

Status check_version(const std::string& program, const ProbeHooks& hooks) {
  const Result<ProgramOutput> output = run_program({program, "--version"}, kLongestVersion, hooks.interrupted);
  if (!output) return fail(output.error());
  const std::string said = last_line(output->out);
  if (output->exit_code == 0 && said == "mlplan-kernels " MLPLAN_VERSION) return {};
  const bool other = said.starts_with("mlplan-kernels ");
  return fail(ErrorKind::usage,
              other ? fmt::format("is of another version ({}) than this mlplan ({})", said.substr(15), MLPLAN_VERSION)
                    : "is no mlplan-kernels",
              program, "build both with `make build`, or point MLPLAN_KERNELS at the right one");
}

std::vector<std::string> words_of(const std::string& program, const ProbeOptions& options) {
  std::vector<std::string> words = {program, "--benchmark_format=json",
                                    fmt::format("--threads={}", usable_cpu_count({})), "--folder=" + options.folder};
  if (!options.subjects.empty())
    words.push_back(fmt::format("--benchmark_filter=^({})/", fmt::join(options.subjects, "|")));
  return words;
}

Status take_round(const std::vector<std::string>& words, const ProbeHooks& hooks, KernelSamples& samples) {
  const Result<ProgramOutput> output = run_program(words, kLongestRound, hooks.interrupted);
  if (!output) return fail(output.error());
  if (output->exit_code != 0 && output->exit_code != kSomeFailed) {
    const std::string why = last_line(output->err);
    return fail(ErrorKind::not_measured,
                fmt::format("ended with {}{}", output->exit_code, why.empty() ? "" : ": " + why), words.front());
  }
  return add_round(document_in(output->out), samples);
}

}  // namespace

Result<MachineProfile> probe(const ProbeOptions& options, const ProbeHooks& hooks) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(options.folder, ignored))
    return fail(ErrorKind::usage, "is no folder", options.folder, "--folder takes one on the disk to be read");
  const Result<std::string> program = locate_program(kKernels, options.kernels_path);
  if (!program) return fail(program.error());
  if (Status status = check_version(*program, hooks); !status) return fail(status.error());

  MachineProfile profile;
  profile.version = MLPLAN_VERSION;
  profile.argv = hooks.argv;
  profile.started_at = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
  profile.storage.folder = std::filesystem::absolute(options.folder, ignored).lexically_normal().string();
  profile.machine = describe_machine(options.folder, {});
  profile.machine.fingerprint = fingerprint(profile.machine, "");
  const NoiseWatch noise;
  const std::vector<std::string> words = words_of(*program, options);
  const std::int64_t begin_ns = now_ns();
  const std::int64_t box_ns = options.time_box.count();
  std::int64_t longest_ns = 0;
  KernelSamples samples;
  profile.stop = "complete";
  while (profile.rounds < options.most_rounds) {
    const std::int64_t now = now_ns();
    if (profile.rounds > 0 && now - begin_ns + longest_ns > box_ns) {
      profile.stop = "time_box";
      break;
    }
    if (hooks.progress)
      hooks.progress(profile.rounds + 1, static_cast<double>(now - begin_ns) / static_cast<double>(box_ns));
    if (Status status = take_round(words, hooks, samples); !status) {
      if (status.error().kind != ErrorKind::interrupted || profile.rounds == 0) return fail(status.error());
      profile.stop = "interrupted";
      break;
    }
    ++profile.rounds;
    if (samples.figures.empty()) break;  // what cannot be done once cannot be done
    longest_ns = std::max(longest_ns, now_ns() - now);
  }
  profile.wall_s = static_cast<double>(now_ns() - begin_ns) / 1e9;
  noise.grade(profile.machine);
  fill(profile, samples);
  if (figures_of(profile).empty()) {
    const bool said = !profile.not_measured.empty();
    return fail(ErrorKind::not_measured,
                "nothing could be measured" + (said ? ": " + profile.not_measured.front().why : ""), words.front());
  }
  return profile;
}

}  // namespace mlplan::bench
