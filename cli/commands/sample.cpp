// mlplan sample: a small real model in a file, to try the other commands on.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "bench/bench.h"
#include "cli/commands/commands.h"
#include "cli/commands/model_flags.h"
#include "cli/commands/readers.h"
#include "cli/flags.h"
#include "cli/output.h"
#include "cli/views/numbers.h"
#include "profiles/support/atomic_file.h"
#include "profiles/support/suggestion.h"
#include "profiles/support/units.h"

namespace mlplan::cli {
namespace {

Flags::Reader read_name(std::string& target) {
  return [&target](const std::string& value) -> Status {
    const auto& names = bench::kSampleNames;
    if (std::find(names.begin(), names.end(), value) == names.end()) {
      const std::string guess = nearest(value, std::vector<std::string>(names.begin(), names.end()));
      return fail(ErrorKind::usage, fmt::format("'{}' is none of {}", value, fmt::join(names, ", ")), "NAME",
                  guess.empty() ? "" : "mlplan sample " + guess);
    }
    target = value;
    return {};
  };
}

Flags::Reader read_size(std::string& target) {
  return [&target](const std::string& value) -> Status {
    const bool named = value == "small" || value == "medium" || value == "large";
    if (!named) {
      const Result<Bytes> bytes = parse_bytes(value);
      if (!bytes)
        return fail(ErrorKind::usage, fmt::format("'{}' is neither small, medium, large nor a size", value), "",
                    "--size 100MB");
      if (bytes->count <= 0)
        return fail(ErrorKind::usage, fmt::format("'{}' is no size for a model", value), "", "--size 100MB");
    }
    target = value;
    return {};
  };
}

}  // namespace

Result<int> run_sample(const std::vector<std::string>& arguments, const Context& context) {
  bench::Options options;
  std::string name;
  std::string size = "small";
  std::string path;
  std::uint64_t seed = 1;
  bool force = false;
  Flags flags("mlplan sample NAME [flags]",
              "Writes a real TorchScript model with random weights. The same flags give the same file.");
  flags.positional("NAME", fmt::format("one of {}", fmt::join(bench::kSampleNames, ", ")), read_name(name));
  flags.value("-o,--output", "FILE", "file to write (NAME.pt)", read_text(path));
  flags.value("--size", "SIZE", "small, medium, large, or bytes of weights as 100MB (small)", read_size(size));
  flags.value("--seed", "N", "of the weights (1)", read_seed(seed));
  flags.toggle("--force", "replace the file if it exists", force);
  declare_torch(flags, options);
  flags.value("--color", "WHEN", "auto, always or never (auto; $NO_COLOR)", read_colour());

  const Result<std::optional<std::string>> help = flags.parse(arguments, context.answer);
  if (!help) return fail(help.error());
  if (*help) {
    if (Status status = write_answer(**help); !status) return fail(status.error());
    return 0;
  }
  take_variables(options, context.environment);
  if (path.empty()) path = name + ".pt";
  std::error_code ignored;
  if (!force && std::filesystem::exists(path, ignored)) {
    return fail(ErrorKind::usage, path + " exists already", "-o " + path, "--force replaces it");
  }
  if (Status status = check_writable(path); !status) return fail(status.error());
  if (Status status = bench::write_sample(name, size, path, seed, options); !status) return fail(status.error());
  const auto bytes = std::filesystem::file_size(path, ignored);
  const std::string answer =
      fmt::format("wrote {}, {}\nnext: mlplan bench {}\n", shown(path, context.answer),
                  ignored ? "?" : format(static_cast<double>(bytes), Unit::bytes), shell_quoted(path));
  if (Status status = write_answer(answer); !status) return fail(status.error());
  return 0;
}

}  // namespace mlplan::cli
