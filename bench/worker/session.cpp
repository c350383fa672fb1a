#include "bench/worker/session.h"

#include "bench/worker/attend.h"
#include "bench/worker/blackbox.h"
#include "bench/worker/cuda_runtime.h"
#include "bench/worker/cuda_start.h"
#include "bench/worker/failure.h"
#include "bench/worker/framework.h"
#include "bench/worker/measure.h"
#include "bench/worker/model_file.h"
#include "bench/worker/quality_checks.h"
#include "bench/worker/sample_models.h"
#include "bench/worker/serve.h"
#include "bench/worker/stamps.h"

namespace mlplan::worker {

namespace {

// The outside of a file often tells more than what a loader stumbled over. Looked at only then: a good file never pays.
template <class Read>
void read_file(const LoadRequest& wanted, Read read) {
  try {
    read();
  } catch (const Failure&) {
    throw;
  } catch (const std::exception& error) {
    if (const auto failure = why_not_a_model(wanted.path, wanted.format)) {
      throw Failure(failure->kind, failure->message, failure->hint);
    }
    const WorkerFailure failure = explain(error, Phase::load, {});
    throw Failure(failure.kind, wanted.path + " cannot be loaded: " + failure.message, failure.hint);
  }
}

void refuse_packages_on_gpu(const LoadRequest& wanted) {
  if (wanted.format != "aotinductor" || wanted.device == "cpu") return;
  throw Failure("device", "compiled packages (.pt2) are measured on the CPU only",
                "leave --device out, or export the model as TorchScript");
}

}  // namespace

Session::Session(Blackbox& blackbox) : blackbox_(blackbox) { stamps_.preinit = preinit_stamp(); }

Reply Session::answer(const Request& request) {
  Reply reply;
  reply.verb = request.verb;
  try {
    if (request.verb == "version") {
      version(reply);
    } else if (request.verb == "exit") {
      enter(blackbox_, Phase::done);
      return reply;
    } else if (request.verb == "start") {
      start(request);
      if (gpu_) describe_cuda_device(*gpu_, reply.build);
    } else if (request.verb == "load") {
      start(request);
      load(request);
    } else if (request.verb == "first") {
      first(request, reply);
    } else if (request.verb == "cold_start") {
      start(request);
      load(request);
      first(request, reply);
    } else if (request.verb == "warm_up") {
      warm_up(request, reply);
    } else if (request.verb == "measure") {
      measure(request, reply);
    } else if (request.verb == "serve") {
      serve(request, reply);
    } else if (request.verb == "attend") {
      attend(request);
    } else if (request.verb == "trial") {
      trial(request, reply);
    } else if (request.verb == "describe") {
      describe(request, reply);
    } else if (request.verb == "quality") {
      quality(request, reply);
    } else if (request.verb == "check") {
      check(request, reply);
    } else if (request.verb == "sample") {
      sample(request);
    } else if (request.verb == "device_memory") {
      device_memory(reply);
    } else {
      throw Failure("internal", "mlplan-worker does not know the request '" + request.verb + "'",
                    "use mlplan and mlplan-worker of one version");
    }
  } catch (const std::exception& error) {
    const auto phase = static_cast<Phase>(blackbox_.phase.load(std::memory_order_relaxed));
    reply.failure = after_failure(explain(error, phase, model_ ? model_->signature() : std::string()));
  } catch (...) {
    reply.failure = WorkerFailure{"model", "something that is no std::exception was thrown", {}};
  }
  if (reply.failure)
    reply.failure->phase = name_of(static_cast<Phase>(blackbox_.phase.load(std::memory_order_relaxed)));
  reply.stamps = stamps_;
  enter(blackbox_, Phase::waiting);
  return reply;
}

void Session::version(Reply& reply) { reply.build = build_facts(); }

void Session::start(const Request& request) {
  if (started_) return;
  enter(blackbox_, Phase::framework_start);
  require_same_libtorch();
  const std::optional<int> gpu = cuda_device_of(request.load.device);
  start_framework(request.load.threads);
  stamps_.framework = take_stamp();
  stamps_.op_libraries = stamps_.framework;
  if (gpu) {
    enter(blackbox_, Phase::cuda_start);
    start_cuda(*gpu, stamps_);
    stamps_.op_libraries = stamps_.torch_cuda_init;
    gpu_ = gpu;
  }
  if (!request.load.op_libraries.empty()) {
    enter(blackbox_, Phase::op_libraries);
    load_op_libraries(request.load.op_libraries);
    stamps_.op_libraries = take_stamp();
  }
  started_ = true;
}

// Makes what can be made good: memory is given back, so that the next request finds it; a context that is lost is said.
WorkerFailure Session::after_failure(WorkerFailure failure) {
  if (!gpu_) return failure;
  if (!context_is_alive(cuda_runtime())) {
    device_lost_ = true;
    return device_lost(failure.message);
  }
  if (failure.kind != "device_memory") return failure;
  if (model_) model_->forget();
  try {
    give_back_device_memory();
  } catch (const std::exception& error) {
    failure.message += "; nor can any be given back: " + cause_in(error.what());
  }
  return failure;
}

void Session::load(const Request& request) {
  enter(blackbox_, Phase::load);
  model_.reset();
  LoadRequest wanted = request.load;
  if (wanted.format.empty()) wanted.format = format_of(wanted.path);
  refuse_packages_on_gpu(wanted);
  // Weights that are made in inference mode cost less in every later call, so a server loads in it too.
  read_file(wanted, [&] {
    in_inference_mode([&] {
      model_ =
          wanted.format == "aotinductor" ? load_aoti(wanted, stamps_, blackbox_) : load_torchscript(wanted, stamps_);
    });
  });
}

void Session::first(const Request& request, Reply& reply) {
  enter(blackbox_, Phase::make_input);
  in_inference_mode([&] { model().set_inputs(request.input); });
  stamps_.input = take_stamp();
  enter(blackbox_, Phase::first_inference);
  in_inference_mode([this] {
    model_->call();
    model_->fetch_output();
  });
  stamps_.first_result = take_stamp();
  count_inference(blackbox_);
  reply.outputs = model_->outputs();
}

void Session::warm_up(const Request& request, Reply& reply) {
  set_inputs_if_given(request.input);
  enter(blackbox_, Phase::warm_up);
  in_inference_mode([&] { reply.warmed_up = worker::warm_up(model(), request.warm_up, blackbox_); });
}

void Session::measure(const Request& request, Reply& reply) {
  if (request.measure.threads > 0 && request.measure.threads != threads()) set_threads(request.measure.threads);
  set_inputs_if_given(request.measure.input);
  enter(blackbox_, Phase::measure);
  in_inference_mode([&] { reply.measured = worker::measure(model(), request.measure, blackbox_); });
}

void Session::serve(const Request& request, Reply& reply) {
  ServeRequest wanted = request.serve;
  if (wanted.threads == 0) wanted.threads = threads();
  set_inputs_if_given(wanted.input);
  enter(blackbox_, Phase::measure);
  reply.served = worker::serve(model(), wanted, blackbox_);
}

void Session::attend(const Request& request) {
  if (request.attend.threads > 0 && request.attend.threads != threads()) set_threads(request.attend.threads);
  enter(blackbox_, Phase::make_input);
  std::map<std::int64_t, std::function<void()>> calls;
  in_inference_mode([&] { calls = prepare_calls(model(), request.attend, blackbox_); });
  loop_ = [this, calls = std::move(calls)](Channel& channel) { worker::attend(calls, channel, blackbox_); };
}

void Session::trial(const Request& request, Reply& reply) {
  enter(blackbox_, Phase::make_input);
  in_inference_mode([&] { model().set_inputs(request.input); });
  enter(blackbox_, Phase::trial);
  in_inference_mode([this] { model_->checked_call(); });
  count_inference(blackbox_);
  reply.outputs = model_->outputs();
}

void Session::describe(const Request& request, Reply& reply) {
  start(request);
  enter(blackbox_, Phase::load);
  LoadRequest wanted = request.load;
  if (wanted.format.empty()) wanted.format = format_of(wanted.path);
  refuse_packages_on_gpu(wanted);
  // Describing TorchScript reads the model again: not two copies in memory at once.
  const bool load_again = model_ != nullptr && wanted.format == "torchscript";
  if (load_again) model_.reset();
  read_file(wanted, [&] { reply.description = describe_model(wanted, blackbox_); });
  if (load_again) load(request);
}

void Session::quality(const Request& request, Reply& reply) {
  set_inputs_if_given(request.input);
  enter(blackbox_, Phase::trial);
  in_inference_mode([&] { reply.quality = model().quality(); });
}

void Session::check(const Request& request, Reply& reply) {
  enter(blackbox_, Phase::trial);
  in_inference_mode([&] { reply.agreement = run_check(model(), request, blackbox_); });
}

void Session::sample(const Request& request) {
  enter(blackbox_, Phase::framework_start);
  require_same_libtorch();
  enter(blackbox_, Phase::describe);
  write_sample_model(request.sample_name, request.sample_size, request.sample_seed, request.sample_path);
}

void Session::device_memory(Reply& reply) {
  if (!gpu_) throw Failure("internal", "CUDA was not started: there is no device whose memory could be told", {});
  reply.device_memory = device_memory_of_libtorch(*gpu_);
  reply.device_memory.in_use = device_memory_in_use(cuda_runtime());
}

Model& Session::model() {
  if (!model_) throw Failure("internal", "no model is loaded", {});
  return *model_;
}

void Session::set_inputs_if_given(const InputRequest& input) {
  if (input.inputs.empty()) return;  // those of the first inference
  enter(blackbox_, Phase::make_input);
  in_inference_mode([&] { model().set_inputs(input); });
}

}  // namespace mlplan::worker
