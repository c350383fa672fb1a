#include "cli/commands/model_flags.h"

#include <fmt/format.h>

#include "cli/commands/readers.h"
#include "profiles/input_spec.h"
#include "profiles/support/units.h"

namespace mlplan::cli {

namespace {

// A device by its number: "cuda" is "cuda:0", so that reports of the two agree.
Flags::Reader read_device(std::string& device) {
  return [&device, read_name = read_choice(device, {"cpu", "cuda"})](const std::string& value) -> Status {
    constexpr std::string_view kNumbered = "cuda:";
    const bool is_number = value.size() > kNumbered.size() && value.size() <= kNumbered.size() + 3 &&
                           value.find_first_not_of("0123456789", kNumbered.size()) == std::string::npos;
    if (value.starts_with(kNumbered) && is_number) {
      device = fmt::format("cuda:{}", std::stoi(value.substr(kNumbered.size())));
      return {};
    }
    if (Status named = read_name(value); !named) return named;
    if (device == "cuda") device = "cuda:0";
    return {};
  };
}

}  // namespace

void declare_model(Flags& flags, ModelFlags& model) {
  flags.positional("MODEL", kModelHelp, read_text(model.options.model_path));
  declare_call(flags, model);
  declare_format(flags, model);
}

void declare_format(Flags& flags, ModelFlags& model) {
  flags.value("--format", "NAME", "torchscript or aotinductor (by content)",
              read_choice(model.options.format, {"torchscript", "aotinductor"}));
}

void declare_call(Flags& flags, ModelFlags& model) {
  bench::Options& options = model.options;
  flags.repeatable("--input", "SPEC", "an argument, as 'x:f32[batch,3,224,224]'; else inferred",
                   [&model](const std::string& value) -> Status {
                     model.inputs.push_back(value);
                     return {};
                   });
  flags.value("--method", "NAME", "method to run (forward)", read_text(options.method));
}

void declare_torch(Flags& flags, bench::Options& options) {
  flags.value("--torch-lib", "DIR", "libtorch's libraries ($MLPLAN_TORCH_LIB, as built)",
              read_text(options.torch_library_folder));
}

void declare_worker(Flags& flags, bench::Options& options) {
  flags.value("--device", "NAME", "cpu, cuda or cuda:N (cpu)", read_device(options.device));
  flags.repeatable("--env", "NAME=VALUE", "variable of the worker's environment",
                   [&options](const std::string& value) -> Status {
                     const std::size_t equals = value.find('=');
                     if (equals == std::string::npos || equals == 0) {
                       return fail(ErrorKind::usage, fmt::format("'{}' is not of the form NAME=VALUE", value), "",
                                   "--env THP_MEM_ALLOC_ENABLE=1");
                     }
                     options.environment[value.substr(0, equals)] = value.substr(equals + 1);
                     return {};
                   });
  flags.value("--cpus", "LIST", "CPUs the worker may use, as 0-1,4 (all allowed)",
              [&options](const std::string& value) -> Status {
                const Result<std::vector<int>> cpus = parse_cpu_list(value);
                if (!cpus) return fail(cpus.error());
                options.cpus = *cpus;
                return {};
              });
  flags.repeatable("--op-library", "FILE", "custom operators, loaded before the model",
                   [&options](const std::string& value) -> Status {
                     if (value.empty()) return fail(ErrorKind::usage, "the value is empty");
                     options.op_libraries.push_back(value);
                     return {};
                   });
  flags.value("--memory-limit", "SIZE", "stop a worker that grows beyond (90 % of what is free)",
              [&options](const std::string& value) -> Status {
                const Result<Bytes> bytes = parse_bytes(value);
                if (!bytes) return fail(bytes.error());
                if (bytes->count <= 0)
                  return fail(ErrorKind::usage, fmt::format("'{}' leaves no memory at all", value));
                options.memory_limit_bytes = bytes->count;
                return {};
              });
}

Status finish_model(ModelFlags& model) {
  if (model.inputs.empty()) return {};
  Result<std::vector<InputSpec>> inputs = parse_input_flags(model.inputs);
  if (!inputs) {
    Error error = inputs.error();
    if (error.where.empty()) error.where = fmt::format("--input {}", fmt::join(model.inputs, " --input "));
    return fail(std::move(error));
  }
  model.options.inputs = *std::move(inputs);
  return {};
}

void take_variables(bench::Options& options, const Environment& environment) {
  if (options.torch_library_folder.empty()) options.torch_library_folder = environment("MLPLAN_TORCH_LIB").value_or("");
  if (options.worker_path.empty()) options.worker_path = environment("MLPLAN_WORKER").value_or("");
}

}  // namespace mlplan::cli
