#include "profiles/support/worker_messages.h"

#include "profiles/model_fields.h"
#include "profiles/support/json_fields.h"

namespace mlplan::worker {

template <class F, Like<Stamp> T>
void fields(F& field, T& stamp) {
  field("time_ns", stamp.time_ns);
  field("cpu_ns", stamp.cpu_ns);
  field("minor_faults", stamp.minor_faults);
  field("major_faults", stamp.major_faults);
  field("read_bytes", stamp.read_bytes);
}

template <class F, Like<LoadRequest> T>
void fields(F& field, T& load) {
  field("path", load.path);
  field("format", load.format);
  field("device", load.device);
  field("threads", load.threads);
  field("concurrency", load.concurrency);
  field("op_libraries", load.op_libraries);
  field("scratch", load.scratch);
  field("method", load.method);
}

template <class F, Like<InputRequest> T>
void fields(F& field, T& input) {
  field("inputs", input.inputs);
  field("dims", input.dims);
  field("seed", input.seed);
}

template <class F, Like<WarmUpRequest> T>
void fields(F& field, T& warm_up) {
  field("cap_ns", warm_up.cap_ns);
}

template <class F, Like<MeasureRequest> T>
void fields(F& field, T& measure) {
  field("input", measure.input);
  field("threads", measure.threads);
  field("untimed", measure.untimed);
  field("min_time_ns", measure.min_time_ns);
  field("min_count", measure.min_count);
  field("max_count", measure.max_count);
  field("start_at_ns", measure.start_at_ns);
  field("isolated", measure.isolated);
  field("back_to_back", measure.back_to_back);
}

template <class F, Like<AttendRequest> T>
void fields(F& field, T& attend) {
  field("input", attend.input);
  field("threads", attend.threads);
  field("batches", attend.batches);
  field("untimed", attend.untimed);
}

template <class F, Like<ServeRequest> T>
void fields(F& field, T& serve) {
  field("input", serve.input);
  field("threads", serve.threads);
  field("concurrency", serve.concurrency);
  field("untimed", serve.untimed);
  field("arrivals_ns", serve.arrivals_ns);
  field("give_up_ns", serve.give_up_ns);
  field("min_time_ns", serve.min_time_ns);
  field("min_count", serve.min_count);
}

template <class F, Like<CheckRequest> T>
void fields(F& field, T& check) {
  field("what", check.what);
  field("path", check.path);
  field("batches", check.batches);
  field("rows_at_once", check.rows_at_once);
  field("threads", check.threads);
}

template <class F, Like<Request> T>
void fields(F& field, T& request) {
  field("verb", request.verb);
  field("load", request.load);
  field("input", request.input);
  field("warm_up", request.warm_up);
  field("measure", request.measure);
  field("serve", request.serve);
  field("attend", request.attend);
  field("check", request.check);
  field("sample_name", request.sample_name);
  field("sample_size", request.sample_size);
  field("sample_path", request.sample_path);
  field("sample_seed", request.sample_seed);
}

template <class F, Like<BuildFacts> T>
void fields(F& field, T& build) {
  field("mlplan_version", build.mlplan_version);
  field("torch_version", build.torch_version);
  field("torch_built_for", build.torch_built_for);
  field("build", build.build);
  field("torch_library", build.torch_library);
  field("device", build.device);
  field("device_pci_bus_id", build.device_pci_bus_id);
  field("cuda_module_loading", build.cuda_module_loading);
}

template <class F, Like<ColdStartStamps> T>
void fields(F& field, T& stamps) {
  field("preinit", stamps.preinit);
  field("framework", stamps.framework);
  field("cuda_driver", stamps.cuda_driver);
  field("cuda_libraries", stamps.cuda_libraries);
  field("cuda_context", stamps.cuda_context);
  field("torch_cuda_init", stamps.torch_cuda_init);
  field("op_libraries", stamps.op_libraries);
  field("unpack", stamps.unpack);
  field("loaded", stamps.loaded);
  field("reading", stamps.reading);
  field("reading_cpu_wait_ns", stamps.reading_cpu_wait_ns);
  field("copying", stamps.copying);
  field("copied_bytes", stamps.copied_bytes);
  field("input", stamps.input);
  field("first_result", stamps.first_result);
}

template <class F, Like<Measured> T>
void fields(F& field, T& measured) {
  field("latency_ns", measured.latency_ns);
  field("begin_ns", measured.begin_ns);
  field("device_ns", measured.device_ns);
  field("enqueue_ns", measured.enqueue_ns);
  field("isolated_ns", measured.isolated_ns);
  field("back_to_back_ns", measured.back_to_back_ns);
  field("not_isolated", measured.not_isolated);
}

template <class F, Like<Served> T>
void fields(F& field, T& served) {
  field("begin_ns", served.begin_ns);
  field("sent_ns", served.sent_ns);
  field("started_ns", served.started_ns);
  field("done_ns", served.done_ns);
  field("thread", served.thread);
}

template <class F, Like<WarmedUp> T>
void fields(F& field, T& warmed_up) {
  field("inferences", warmed_up.inferences);
  field("steady", warmed_up.steady);
  field("steady_from", warmed_up.steady_from);
  field("steady_at_ns", warmed_up.steady_at_ns);
}

template <class F, Like<Description> T>
void fields(F& field, T& description) {
  field("format", description.format);
  field("methods", description.methods);
  field("inputs", description.inputs);
  field("not_inferred", description.not_inferred);
  field("to_edit", description.to_edit);
  field("notes", description.notes);
  field("dim_defaults", description.dim_defaults);
  field("dim_bounds", description.dim_bounds);
  field("weights", description.weights);
  field("records", description.records);
}

template <class F, Like<QualityFacts> T>
void fields(F& field, T& quality) {
  field("repeatable", quality.repeatable);
  field("max_abs_difference", quality.max_abs_difference);
  field("nan_values", quality.nan_values);
  field("inf_values", quality.inf_values);
  field("output_values", quality.output_values);
  field("digest", quality.digest);
}

template <class F, Like<WorkerFailure> T>
void fields(F& field, T& failure) {
  field("kind", failure.kind);
  field("message", failure.message);
  field("hint", failure.hint);
  field("phase", failure.phase);
}

template <class F, Like<DeviceMemory> T>
void fields(F& field, T& memory) {
  field("in_use", memory.in_use);
  field("allocated", memory.allocated);
  field("peak_allocated", memory.peak_allocated);
  field("reserved", memory.reserved);
  field("holes", memory.holes);
}

template <class F, Like<Reply> T>
void fields(F& field, T& reply) {
  field("verb", reply.verb);
  field("failure", reply.failure);
  field("build", reply.build);
  field("stamps", reply.stamps);
  field("outputs", reply.outputs);
  field("warmed_up", reply.warmed_up);
  field("measured", reply.measured);
  field("served", reply.served);
  field("description", reply.description);
  field("quality", reply.quality);
  field("agreement", reply.agreement);
  field("device_memory", reply.device_memory);
}

namespace {

using nlohmann::json;

// A string that is not UTF-8 cannot stand in JSON: it becomes the array of its bytes, which read() takes for a string.
void spell_out_bytes(json& value) {
  if (value.is_string()) {
    try {
      (void)value.dump();
    } catch (const json::exception&) {
      const std::string text = value.get<std::string>();
      value = json::array();
      for (const char c : text) value.push_back(static_cast<unsigned char>(c));
    }
  } else if (value.is_structured()) {
    for (json& item : value) spell_out_bytes(item);
  }
}

template <class Message>
std::string to_line(const Message& message) {
  json written;
  json_fields::write(written, message);
  json defaults;
  json_fields::write(defaults, Message{});
  for (const auto& [key, value] : defaults.items()) {
    if (const auto member = written.find(key); *member == value) written.erase(member);
  }
  std::string line;
  try {
    line = written.dump();
  } catch (const json::exception&) {
    spell_out_bytes(written);
    line = written.dump(-1, ' ', false, json::error_handler_t::replace);
  }
  line += '\n';
  return line;
}

template <class Message>
Result<Message> from_line(const std::string& line, const char* what) {
  try {
    Message message;
    json_fields::read(json::parse(line), message);
    if (message.verb.empty()) return fail(ErrorKind::not_measured, std::string(what) + " without a verb");
    return message;
  } catch (const json::exception& error) {
    return fail(ErrorKind::not_measured, std::string(what) + " that cannot be read: " + error.what(),
                "the worker's channel", "mlplan and mlplan-worker must be of one version");
  }
}

}  // namespace

std::string_view name_of(Phase phase) {
  switch (phase) {
    case Phase::process_start: return "starting the process";
    case Phase::framework_start: return "starting libtorch";
    case Phase::waiting: return "waiting for a request";
    case Phase::cuda_start: return "starting CUDA";
    case Phase::op_libraries: return "loading the operator libraries";
    case Phase::unpack: return "unpacking the model";
    case Phase::load: return "loading the model";
    case Phase::make_input: return "making the inputs";
    case Phase::first_inference: return "running the first inference";
    case Phase::warm_up: return "warming up";
    case Phase::measure: return "measuring the steady state";
    case Phase::idle: return "waiting for a request to arrive";
    case Phase::trial: return "trying an input";
    case Phase::describe: return "describing the model";
    case Phase::done: return "ending";
  }
  return "in an unknown phase";
}

std::string write_line(const Request& request) { return to_line(request); }
std::string write_line(const Reply& reply) { return to_line(reply); }
Result<Request> read_request(const std::string& line) { return from_line<Request>(line, "a request"); }
Result<Reply> read_reply(const std::string& line) { return from_line<Reply>(line, "a reply"); }

}  // namespace mlplan::worker
