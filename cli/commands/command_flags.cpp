#include "cli/commands/command_flags.h"

#include <fmt/format.h>

#include <algorithm>

#include "bench/command_line.h"
#include "bench/readiness.h"
#include "cli/commands/readers.h"

namespace mlplan::cli {
namespace {

// The first flag that only a model can have; empty: none was given.
std::string flag_of_a_model(const ModelFlags& model, const std::vector<std::string>& only) {
  const bench::Options& options = model.options;
  const bench::Options defaults;
  const std::pair<const char*, bool> given[] = {
      {"--input", !model.inputs.empty()},
      {"--method", options.method != defaults.method},
      {"--format", !options.format.empty()},
      {"--batch", !options.batches.empty()},
      {"--threads", !options.threads.empty()},
      {"--workers", !options.workers.empty()},
      {"--dim", !options.dims.empty()},
      {"--vary", !options.vary.empty()},
      {"--rate", !options.rates.empty()},
      {"--slo", !options.slo.empty()},
      {"--concurrency", options.concurrency != defaults.concurrency},
      {"--golden", !options.golden.empty()},
      {"--save-golden", !options.save_golden.empty()},
      {"--op-library", !options.op_libraries.empty()},
      {"--torch-lib", !options.torch_library_folder.empty()},
      {"--device", options.device != defaults.device},
      {"--load-stall", options.load_stall != defaults.load_stall},
      {"--inference-limit", options.inference_limit != defaults.inference_limit},
      {"--only steady", std::ranges::find(only, "steady") != only.end()},
      {"--only load", std::ranges::find(only, "load") != only.end()},
      {"--only quality", std::ranges::find(only, "quality") != only.end()}};
  for (const auto& [flag, is_given] : given) {
    if (is_given) return flag;
  }
  return {};
}

}  // namespace

void declare_command(Flags& flags, CommandFlags& command) {
  bench::CommandOptions& options = command.options;
  // Each is remembered, to say which one lacks --command.
  const auto remembered = [&command](const char* flag, Flags::Reader read) -> Flags::Reader {
    return [&command, flag, read = std::move(read)](const std::string& value) -> Status {
      if (command.first_given.empty()) command.first_given = flag;
      return read(value);
    };
  };
  flags.group("Or any program, seen from outside");
  flags.value("--command", "PROGRAM", "with its arguments, as 'python serve.py --port {port}'",
              read_text(options.command));
  flags.value("--ready", "HOW", "line:REGEX, url:http://127.0.0.1:{port}/health or port:{port}",
              remembered("--ready", read_text(options.ready)));
  flags.repeatable("--cold-file", "FILE", "a file or folder it reads: also start with it on disk",
                   remembered("--cold-file", [&options](const std::string& value) -> Status {
                     if (value.empty()) return fail(ErrorKind::usage, "the value is empty");
                     options.cold_files.push_back(value);
                     return {};
                   }));
  flags.value("--ready-limit", "TIME", "give up on one start after (5m)",
              remembered("--ready-limit", read_duration(options.ready_limit)));
  flags.toggle("--shell", "run it by /bin/sh -c, whose start is then timed too", options.shell);
}

Result<std::optional<bench::CommandOptions>> finish_command(const CommandFlags& command, const ModelFlags& model,
                                                            const std::vector<std::string>& only) {
  const bench::CommandOptions& options = command.options;
  const bool has_model = !model.options.model_path.empty();
  if (options.command.empty()) {
    const std::string lonely = options.shell ? "--shell" : command.first_given;
    if (!lonely.empty()) {
      return fail(ErrorKind::usage, "there is no program that this could be for", lonely,
                  "--command 'python serve.py --port {port}'");
    }
    if (!has_model) return fail(ErrorKind::usage, "MODEL is missing", "", fmt::format("usage: {}", kBenchUsage));
    return std::nullopt;
  }
  if (has_model) {
    return fail(ErrorKind::usage, "a model and a program cannot be measured in one run", model.options.model_path,
                "leave out one; what belongs to the program stands in the quotes of --command");
  }
  if (options.ready.empty()) {
    return fail(ErrorKind::usage, "when is the program ready?", "--command",
                "--ready url:http://127.0.0.1:8000/health, line:REGEX or port:8000");
  }
  if (const std::string flag = flag_of_a_model(model, only); !flag.empty()) {
    return fail(ErrorKind::usage, "a program is seen from outside: this is for models only", flag,
                "leave it out; --only cold-start,memory is what there is of a program");
  }
  if (const auto ready = bench::parse_readiness(bench::with_port(options.ready, 65535)); !ready)
    return fail(ready.error());
  return options;
}

}  // namespace mlplan::cli
