#include "bench/resolve_inputs.h"

#include <fmt/format.h>

#include <algorithm>

#include "bench/clock.h"
#include "bench/proc_files.h"
#include "bench/statistics.h"

namespace mlplan::bench {
namespace {

std::string signature_of(const worker::Description& described, const std::string& method) {
  for (const MethodInfo& info : described.methods) {
    if (info.name == method) return info.signature;
  }
  return method;
}

// A key in brackets has quotes of its own: features['item id']:i64[batch].
std::string quoted(const std::string& flag) {
  const char quote = flag.find('\'') == std::string::npos ? '\'' : '"';
  return quote + flag + quote;
}

// A command line to start from, for the hint of an error.
std::string ready_made(const std::vector<InputSpec>& known, const std::vector<InputSpec>& to_edit) {
  std::string out;
  for (const std::vector<InputSpec>& inputs : {known, to_edit}) {
    for (const std::string& flag : format_input_flags(inputs)) out += fmt::format(" --input {}", quoted(flag));
  }
  return out;
}

// A worker that has loaded and described the model.
Result<Worker> start_and_describe(const World& world, Pilot& out) {
  SpawnOptions spawn;
  spawn.threads = world.cold_threads;
  spawn.verbs = {"version", "start", "describe",
                 "load"};  // describing reads the model with its shapes, loading without
  Result<Worker> worker = spawn_worker(world, spawn);
  if (!worker) return worker;
  std::int64_t last_ns = worker->process.spawned_ns();
  for (const std::string& verb : spawn.verbs) {
    Result<worker::Reply> reply = worker->process.await(world.limits);
    if (!reply) return fail(reply.error());
    if (verb == "version") out.build = reply->build;
    if (verb == "start" && !reply->build.device.empty()) {
      out.build.build += "; " + reply->build.device;
      out.build.device = reply->build.device;
      out.build.device_pci_bus_id = reply->build.device_pci_bus_id;
      out.build.cuda_module_loading = reply->build.cuda_module_loading;
    }
    const std::int64_t now = worker->process.last_reply_ns();
    if (verb != "describe") out.start_ns += static_cast<double>(now - last_ns);
    last_ns = now;
    if (verb == "describe") out.description = std::move(reply->description);
  }
  return worker;
}

}  // namespace

Result<std::vector<InputSpec>> merge_inputs(const std::vector<InputSpec>& flags, const worker::Description& described,
                                            const std::string& method) {
  std::vector<InputSpec> out = described.inputs;
  std::vector<std::string> missing = described.not_inferred;
  std::vector<InputSpec> to_edit = described.to_edit;
  std::vector<const InputSpec*> unplaced;
  for (const InputSpec& flag : flags) {
    const auto known =
        std::find_if(out.begin(), out.end(), [&](const InputSpec& input) { return input.name == flag.name; });
    const auto wanted =
        std::find_if(to_edit.begin(), to_edit.end(), [&](const InputSpec& input) { return input.name == flag.name; });
    if (known != out.end()) {
      *known = flag;
    } else if (wanted != to_edit.end()) {
      out.push_back(flag);
      missing.erase(missing.begin() + (wanted - to_edit.begin()));
      to_edit.erase(wanted);
    } else {
      unplaced.push_back(&flag);
    }
  }
  if (!unplaced.empty()) {
    // Names that the signature does not have are taken by position when every argument is given that way.
    if (unplaced.size() == flags.size() && flags.size() == described.inputs.size() + described.not_inferred.size())
      return flags;
    if (described.inputs.empty() && described.not_inferred.empty()) return flags;
    return fail(ErrorKind::bad_input,
                fmt::format("the model has no argument '{}'; its signature is {}", unplaced.front()->name,
                            signature_of(described, method)),
                "--input", fmt::format("try{}", ready_made(described.inputs, described.to_edit)));
  }
  if (!missing.empty()) {
    return fail(ErrorKind::bad_input,
                fmt::format("what to give for '{}' cannot be told from the model; its signature is {}", missing.front(),
                            signature_of(described, method)),
                "--input", fmt::format("edit and add{}", ready_made({}, to_edit)));
  }
  return out;
}

Result<std::map<std::string, std::int64_t>> default_dims(const std::vector<InputSpec>& inputs,
                                                         const worker::Description& described, const Options& options) {
  std::map<std::string, std::int64_t> out;
  const std::vector<std::string> symbols = symbols_of(inputs);
  for (const auto& [name, values] : options.dims) {
    if (std::find(symbols.begin(), symbols.end(), name) == symbols.end()) {
      return fail(
          ErrorKind::usage,
          fmt::format("no input has a dimension named '{}'; there {} {}", name, symbols.size() == 1 ? "is" : "are",
                      symbols.empty() ? "none" : fmt::format("{}", fmt::join(symbols, ", "))),
          "--dim", fmt::format("name the dimension in --input, as in --input 'x:f32[batch,{},64]'", name));
    }
  }
  if (!options.batches.empty() && std::find(symbols.begin(), symbols.end(), "batch") == symbols.end()) {
    return fail(ErrorKind::usage, "no input has a dimension named 'batch' that could be changed", "--batch",
                "leave it out, or name the dimension in --input, as in --input 'x:f32[batch,64]'");
  }
  for (const auto& [name, values] : options.dims) {
    const auto bounds = described.dim_bounds.find(name);
    if (bounds == described.dim_bounds.end() || bounds->second.size() != 2) continue;
    for (const std::int64_t value : values) {
      if (value >= bounds->second[0] && value <= bounds->second[1]) continue;
      return fail(ErrorKind::usage,
                  fmt::format("{}={} is outside of {}..{}, the bounds the model file states", name, value,
                              bounds->second[0], bounds->second[1]),
                  "--dim", fmt::format("keep within them, as in --dim {}={}", name, bounds->second[1]));
    }
  }
  for (const std::string& name : symbols) {
    const auto swept = options.dims.find(name);
    const auto known = described.dim_defaults.find(name);
    std::int64_t value = 1;
    if (swept != options.dims.end() && !swept->second.empty()) {
      value = swept->second.front();
    } else if (name == "batch") {
      value = 1;
    } else if (known != described.dim_defaults.end()) {
      value = known->second;
    } else {
      return fail(ErrorKind::usage, fmt::format("the dimension '{}' has no value", name), "--input",
                  fmt::format("give it one or several: --dim {}=128 or --dim {}=16..512*2", name, name));
    }
    if (const auto bounds = described.dim_bounds.find(name);
        bounds != described.dim_bounds.end() && bounds->second.size() == 2) {
      value = std::clamp(value, bounds->second[0], bounds->second[1]);
    }
    out[name] = value;
  }
  return out;
}

Result<Pilot> run_pilot(const World& world, const Options& options) {
  Pilot out;
  Result<Worker> worker = start_and_describe(world, out);
  if (!worker) return fail(worker.error());
  WorkerProcess& process = worker->process;
  Result<worker::Reply> reply;

  Result<std::vector<InputSpec>> inputs = merge_inputs(options.inputs, out.description, options.method);
  if (!inputs) return fail(inputs.error());
  out.inputs = std::move(*inputs);
  Result<std::map<std::string, std::int64_t>> dims = default_dims(out.inputs, out.description, options);
  if (!dims) return fail(dims.error());
  out.dims = std::move(*dims);

  worker::Request request = world.request("trial", world.cold_threads, worker->scratch.path());
  request.input = {out.inputs, out.dims, options.seed};
  const std::int64_t asked_ns = now_ns();
  if (Status sent = process.send(request); !sent) return fail(sent.error());
  if (reply = process.await_with_failure(world.limits); !reply) return fail(reply.error());
  out.first_inference_ns = static_cast<double>(process.last_reply_ns() - asked_ns);
  if (reply->failure) {
    const worker::WorkerFailure& failure = *reply->failure;
    std::string hint = failure.hint;
    const bool guessed =
        std::any_of(out.inputs.begin(), out.inputs.end(), [](const InputSpec& input) { return input.from != "flag"; });
    if (failure.kind == "input" || (failure.kind == "model" && guessed)) {
      hint = fmt::format("it was called as{}; correct that and pass it", ready_made(out.inputs, {}));
    }
    const ErrorKind kind = failure.kind == "input" ? ErrorKind::bad_input : ErrorKind::not_measured;
    return fail(kind, fmt::format("{} (signature: {})", failure.message, signature_of(out.description, options.method)),
                "while trying the model once", hint);
  }
  out.outputs = std::move(reply->outputs);

  request.verb = "measure";
  request.measure.input = request.input;
  request.measure.untimed = 2;
  request.measure.min_time_ns = 100'000'000;
  request.measure.max_count = 1000;
  if (Status sent = process.send(request); !sent) return fail(sent.error());
  if (reply = process.await(world.limits); !reply) return fail(reply.error());
  std::vector<double> latencies(reply->measured.latency_ns.begin(), reply->measured.latency_ns.end());
  std::sort(latencies.begin(), latencies.end());
  out.inference_ns = latencies.empty() ? 0 : median(latencies);

  request.verb = "quality";
  if (Status sent = process.send(request); !sent) return fail(sent.error());
  if (reply = process.await(world.limits); !reply) return fail(reply.error());
  out.quality = reply->quality;
  out.mapped_files = mapped_files(process.pid());
  out.peak_rss_bytes = read_peak_rss(process.pid()).value_or(0);
  Result<OutputQuality> checked = check_outputs(world, options, out, *worker);
  if (!checked) return fail(checked.error());
  out.outputs_held_against = std::move(*checked);
  process.finish();
  out.printed_bytes = process.printed_bytes();
  return out;
}

Result<Pilot> describe_only(const World& world, const Options& options) {
  Pilot out;
  Result<Worker> worker = start_and_describe(world, out);
  if (!worker) return fail(worker.error());
  worker->process.finish();
  if (Result<std::vector<InputSpec>> inputs = merge_inputs(options.inputs, out.description, options.method)) {
    out.inputs = std::move(*inputs);
    out.description.not_inferred.clear();
    out.description.to_edit.clear();
  } else if (!options.inputs.empty()) {
    return fail(inputs.error());
  } else {
    out.inputs = out.description.inputs;
  }
  out.dims = out.description.dim_defaults;
  return out;
}

}  // namespace mlplan::bench
